/// Finds the rate of a token bucket from the moments at which it was seen to be empty.
///
/// All moments are those of sending, all counts are of calls in the order of sending, so that the
/// network's delay is in both ends of every difference.
struct RateSearch: Sendable {
    /// A moment at which the bucket was empty, and the calls admitted until then.
    private struct EmptyMoment {
        var at: Instant
        /// Calls sent before it and not refused.
        var admitted: Int
    }

    /// Tokens between two empty moments that make their quotient a measurement.
    private static let tokensMin = 8
    /// Empty moments that are looked back on.
    private static let momentsMax = 12
    private static let growthInterval = Duration.milliseconds(250)

    private(set) var measuredRate: Double?
    private(set) var hasBeenRefused = false
    /// The rate from which growth goes out.
    private var base: Double
    private var baseAt: Instant
    private var sentSinceBase = 0
    private var moments: [EmptyMoment] = []
    private var refusedCount = 0
    private var quickRefusals = 0

    init(rate: Double, at now: Instant) {
        base = rate
        baseAt = now
    }

    mutating func sent(at now: Instant) {
        sentSinceBase += 1
        if let measuredRate, rate(at: now) >= 2 * measuredRate { forgetMeasurement(at: now) }
        guard measuredRate == nil else { return }
        // Searching: twice the rate before the first refusal, a quarter more after it, whenever
        // what was sent at the present rate has passed.
        let isDue = baseAt.duration(to: now) >= Self.growthInterval
        if isDue, sentSinceBase >= (hasBeenRefused ? Self.tokensMin : 2) {
            rebase(to: base * (hasBeenRefused ? 1.25 : 2), at: now)
        }
    }

    mutating func refused(_ ticket: PaceController.Ticket) {
        refusedCount += 1
    }

    /// Takes note of an empty moment: the call was refused, and it is the first to say so.
    mutating func emptied(_ ticket: PaceController.Ticket, at now: Instant) {
        // The call itself is among the refused already.
        let moment = EmptyMoment(at: ticket.sentAt, admitted: ticket.number - (refusedCount - 1))
        defer { hasBeenRefused = true }
        guard let last = moments.last else {
            moments = [moment]
            rebase(to: base * 0.6, at: now)
            return
        }
        let isQuick = moment.admitted - last.admitted < Self.tokensMin
        quickRefusals = isQuick ? quickRefusals + 1 : 0
        if quickRefusals == 2 {
            // Twice in short order: the rate has fallen, so what was measured before is past.
            moments = [last]
            measuredRate = nil
        }
        moments.append(moment)
        if moments.count > Self.momentsMax { moments.removeFirst() }
        measure(at: now)
    }

    /// The rate to send at: a token above the measured one in the time that
    /// ``refusalInterval(_:)`` gives, and more and more where no refusal comes.
    func rate(at now: Instant) -> Double {
        guard let measuredRate else { return base }
        let interval = Self.refusalInterval(measuredRate)
        let quiet = baseAt.duration(to: now).seconds / interval
        let excess = 1 / interval
        guard quiet > 2 else { return measuredRate + excess }
        let grown = excess * Double.exp2((quiet - 2) * 4)
        // A late look at the clock must not make a leap: `sent` starts a new search at this bound.
        return measuredRate + min(grown, measuredRate)
    }

    /// Twice the measured rate was sent and nothing refused: the quota has been raised.
    private mutating func forgetMeasurement(at now: Instant) {
        rebase(to: rate(at: now), at: now)
        measuredRate = nil
        moments = []
    }

    /// Seconds from one wanted refusal to the next: about one call in 150 is refused.
    private static func refusalInterval(_ rate: Double) -> Double {
        min(max(150 / rate, 1), 60)
    }

    private mutating func measure(at now: Instant) {
        guard let newest = moments.last, let oldest = moments.first else { return }
        dropPast(newest)
        let from = moments.first ?? oldest
        let tokens = newest.admitted - from.admitted
        let seconds = from.at.duration(to: newest.at).seconds
        if tokens >= Self.tokensMin, seconds > 0 {
            measuredRate = Double(tokens) / seconds
            rebase(to: Double(tokens) / seconds, at: now)
        } else {
            rebase(to: base * 0.7, at: now)
        }
    }

    /// Forgets the moments of a rate that is no more: what came in since the last one does not
    /// fit what was measured.
    private mutating func dropPast(_ newest: EmptyMoment) {
        guard let measuredRate, moments.count > 2 else { return }
        let last = moments[moments.count - 2]
        let tokens = Double(newest.admitted - last.admitted)
        let expected = measuredRate * last.at.duration(to: newest.at).seconds
        if abs(tokens - expected) > 3 + 0.1 * expected {
            moments.removeFirst(moments.count - 2)
        }
    }

    private mutating func rebase(to rate: Double, at now: Instant) {
        base = rate
        baseAt = now
        sentSinceBase = 0
    }
}

extension Double {
    /// 2 to the power of `exponent`, by squares of its root: the core has no libm.
    static func exp2(_ exponent: Double) -> Double {
        guard exponent > 0 else { return 1 }
        let whole = min(Int(exponent), 1000)
        let fraction = min(exponent, 1000) - Double(whole)
        return Double(sign: .plus, exponent: whole, significand: 1) * (1 + fraction)
    }
}
