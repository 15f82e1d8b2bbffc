import TestSupport
import TransferCore

/// What goes wrong: chances for each call, and what befalls a whole night.
struct Faults {
    var throttled = 0.0
    var notSent = 0.0
    /// 500, 503, reset or timeout before, and after the transfer took effect.
    var lostBefore = 0.0
    var lostAfter = 0.0
    var conflict = 0.0
    var unreadable = 0.0
    /// A second call with a known token is refused since the contact has ended by then.
    var refusedReplay = 0.0
    /// The role may transfer, and not describe or list.
    var deniesReads = false

    var deniesAll = false
    var outage: Range<Instant>?
    var credentialsEndAt: Instant?

    init(using rng: inout SplitMix64) {
        func chance(_ most: Double) -> Double {
            Bool.random(using: &rng) ? 0 : Double.random(in: 0...most, using: &rng)
        }
        throttled = chance(0.3)
        notSent = chance(0.5)
        lostBefore = chance(0.6)
        lostAfter = chance(0.6)
        conflict = chance(0.2)
        unreadable = chance(0.3)
        refusedReplay = chance(1)
        deniesReads = rng.happens(0.1)
    }

    func isOut(at now: Instant) -> Bool { outage?.contains(now) ?? false }

    mutating func drawNight(isCalm: Bool, using rng: inout SplitMix64) {
        deniesAll = !isCalm && rng.happens(0.1)
        credentialsEndAt = !isCalm && rng.happens(0.15) ? .random(using: &rng) : nil
        let start = Instant.random(using: &rng)
        let length = Duration.seconds(Int.random(in: 1...60, using: &rng))
        outage = !isCalm && rng.happens(0.2) ? start..<start.advanced(by: length) : nil
    }
}

extension SplitMix64 {
    mutating func happens(_ chance: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < chance
    }
}

extension Instant {
    /// A moment within a night: as often in its first 20 ms and second as in its first minute.
    static func random(using rng: inout SplitMix64) -> Instant {
        let scales = [20_000_000, 1_000_000_000, 60_000_000_000]
        let most = scales[Int.random(in: 0..<scales.count, using: &rng)]
        return Instant(nanoseconds: Int64(Int.random(in: 0...most, using: &rng)))
    }
}

extension TransferFailure {
    static let notSent = TransferFailure(
        code: "ServiceUnreachable", message: "", advice: .retry(mayHaveTakenEffect: false))
    static let conflict = TransferFailure(
        code: "IdempotencyException", message: "", httpStatus: 409, advice: .lookUp)
    static let unreadable = TransferFailure(
        code: "UnreadableAnswer", message: "", httpStatus: 200, advice: .lookUp)
    static let missing = TransferFailure(
        code: "ResourceNotFoundException", message: "", httpStatus: 404, advice: .permanent)
    static let ended = TransferFailure(
        code: "InvalidRequestException", message: "", httpStatus: 400, advice: .permanent)
    static let denied = TransferFailure(
        code: "AccessDeniedException", message: "", httpStatus: 403, advice: .accessDenied)
    static let expired = TransferFailure(
        code: "ExpiredTokenException", message: "", httpStatus: 403, advice: .credentials)

    static func throttled(_ rng: inout SplitMix64) -> TransferFailure {
        TransferFailure(
            code: "TooManyRequestsException", message: "", httpStatus: 429,
            advice: .throttled(retryAfter: rng.happens(0.1) ? .milliseconds(700) : nil))
    }

    /// 500, 503, a broken connection, or a timeout.
    static func lost(_ rng: inout SplitMix64) -> TransferFailure {
        TransferFailure(
            code: "Lost", message: "",
            httpStatus: [500, 503, nil, nil][Int.random(in: 0..<4, using: &rng)],
            advice: .retry(mayHaveTakenEffect: true))
    }
}
