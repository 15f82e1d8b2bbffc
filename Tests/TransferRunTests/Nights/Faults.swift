import TestSupport
import TransferCore

/// What goes wrong: chances for each call, and what befalls one run as a whole.
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
    /// How much later than a transfer the tree of its contact may show it, in milliseconds, and the
    /// new contact come into its queue.
    var listLag = 0
    var landingLag = 0
    /// Others do something to the contact of a row.
    var meddling = 0.0
    /// The role may transfer, and not describe or list.
    var deniesReads = false

    var deniesAll = false
    var credentialsEndAt: Instant?
    private var spells: [Spell] = []

    /// A time in which something does not work.
    struct Spell {
        enum Kind: CaseIterable {
            case unreachable, down, transfersDown, readsDown, storm, readStorm, garbled
        }

        var kind: Kind
        var range: Range<Instant>
    }

    init(using rng: inout SplitMix64) {
        // Half of the nights are ones in which most calls get through.
        let share = Bool.random(using: &rng) ? 0.1 : 1
        func chance(_ most: Double) -> Double {
            Bool.random(using: &rng) ? 0 : share * Double.random(in: 0...most, using: &rng)
        }
        throttled = chance(0.3)
        notSent = chance(0.5)
        lostBefore = chance(0.6)
        lostAfter = chance(0.6)
        conflict = chance(0.2)
        unreadable = chance(0.3)
        refusedReplay = Bool.random(using: &rng) ? 0 : Double.random(in: 0...1, using: &rng)
        deniesReads = rng.happens(0.08)
        // A list up to what a run waits for, and a landing far beyond it too.
        let lags = [0, 0, 4_000, 60_000, 900_000]
        listLag = lags[Int.random(in: 0..<4, using: &rng)]
        landingLag = lags[Int.random(in: 0..<lags.count, using: &rng)]
        meddling = Bool.random(using: &rng) ? 0 : Double.random(in: 0...0.5, using: &rng)
    }

    /// The same, where most calls get through and nothing is out of order for long.
    var calm: Faults {
        var calm = self
        calm.throttled = min(throttled, 0.05)
        calm.notSent = min(notSent, 0.05)
        calm.lostBefore = min(lostBefore, 0.05)
        calm.lostAfter = min(lostAfter, 0.1)
        calm.deniesAll = false
        calm.credentialsEndAt = nil
        calm.spells = []
        return calm
    }

    func spell(at now: Instant) -> Spell.Kind? {
        spells.first { $0.range.contains(now) }?.kind
    }

    mutating func drawRun(of span: Duration, using rng: inout SplitMix64) {
        deniesAll = rng.happens(0.07)
        credentialsEndAt = rng.happens(0.1) ? .random(within: span, using: &rng) : nil
        spells = []
        while rng.happens(0.25) {
            let kind = Spell.Kind.allCases[
                Int.random(in: 0..<Spell.Kind.allCases.count, using: &rng)]
            let start = Instant.random(within: span, using: &rng)
            spells.append(Spell(kind: kind, range: start..<start.advanced(by: kind.length(&rng))))
        }
    }
}

extension Faults.Spell.Kind {
    /// Seconds mostly, minutes often, and hours where nothing at all works.
    fileprivate func length(_ rng: inout SplitMix64) -> Duration {
        let isLong = rng.happens(0.15) && [.unreachable, .down, .transfersDown].contains(self)
        let most = isLong ? 3 * 3600 : rng.happens(0.3) ? 900 : 60
        return .milliseconds(Int.random(in: 500...most * 1000, using: &rng))
    }
}

extension SplitMix64 {
    mutating func happens(_ chance: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < chance
    }
}

extension Instant {
    /// A moment within a run: as often in its first 20 ms and second as in its whole span.
    static func random(within span: Duration, using rng: inout SplitMix64) -> Instant {
        let scales = [20_000_000, 1_000_000_000, span.wholeNanoseconds]
        let most = scales[Int.random(in: 0..<scales.count, using: &rng)]
        return Instant(nanoseconds: Int64.random(in: 0...most, using: &rng))
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
    static let wrongGroup = TransferFailure(
        code: "InvalidParameterException", message: "", httpStatus: 400, advice: .permanent)
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
            advice: .retry(
                mayHaveTakenEffect: true, retryAfter: rng.happens(0.05) ? .seconds(3) : nil))
    }
}
