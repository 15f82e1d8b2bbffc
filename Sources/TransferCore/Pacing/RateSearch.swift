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

    /// What was measured: tokens that came in, and how fast.
    private struct Measurement {
        var rate: Double
        var tokens: Int
    }

    /// A rate that was tried before the first refusal, and the calls sent until it was taken up.
    private struct Step {
        var rate: Double
        var at: Instant
        var sent: Int
    }

    /// Tokens between two empty moments that make their quotient a measurement.
    private static let tokensMin = 8
    /// Tokens from one wanted refusal to the next once the rate is well known: one call in 200 is
    /// spent on watching it.
    private static let tokensBetweenRefusals = 200
    /// Empty moments that are looked back on.
    private static let momentsMax = 12
    private static let growthInterval = Duration.milliseconds(250)
    /// A bucket usually holds what comes in in this time: 1.5 to 2.5 s in all of Amazon Connect's
    /// documented quotas (connect-api.md, 2).
    private static let usualBurstSeconds = 1.75

    private var measured: Measurement?
    private(set) var hasBeenRefused = false
    /// The rate from which growth goes out.
    private var base: Double
    private var baseAt: Instant
    private var sentSinceBase = 0
    private var sentInAll = 0
    private var steps: [Step] = []
    private var moments: [EmptyMoment] = []
    private var refusedCount = 0
    private var quickRefusals = 0

    init(rate: Double, at now: Instant) {
        base = rate
        baseAt = now
        steps = [Step(rate: rate, at: now, sent: 0)]
    }

    /// The rate last measured; nil while it is searched for.
    var measuredRate: Double? { measured?.rate }

    mutating func sent(at now: Instant) {
        sentSinceBase += 1
        sentInAll += 1
        if let measured, rate(at: now) >= 2 * measured.rate { forgetMeasurement(at: now) }
        guard measured == nil else { return }
        // Searching: twice the rate before the first refusal, a quarter more after it, whenever
        // what was sent at the present rate has passed.
        let isDue = baseAt.duration(to: now) >= Self.growthInterval
        guard isDue, sentSinceBase >= (hasBeenRefused ? Self.tokensMin : 2) else { return }
        rebase(to: base * (hasBeenRefused ? 1.25 : 2), at: now)
        if !hasBeenRefused { steps.append(Step(rate: base, at: now, sent: sentInAll)) }
    }

    mutating func refused(_ ticket: PaceController.Ticket) { refusedCount += 1 }

    /// Takes note of an empty moment: the call was refused, and it is the first to say so.
    mutating func emptied(_ ticket: PaceController.Ticket, at now: Instant) {
        // The call itself is among the refused already.
        let moment = EmptyMoment(at: ticket.sentAt, admitted: ticket.number - (refusedCount - 1))
        guard hasBeenRefused, let last = moments.last else {
            rebase(to: hasBeenRefused ? base * 0.7 : firstGuess(moment), at: now)
            hasBeenRefused = true
            moments = [moment]
            return
        }
        let isQuick = moment.admitted - last.admitted < Self.tokensMin
        quickRefusals = isQuick ? quickRefusals + 1 : 0
        if quickRefusals == 2 {
            // Twice in short order: the rate has fallen, so what was measured before is past.
            moments = [last]
            measured = nil
        }
        moments.append(moment)
        if moments.count > Self.momentsMax { moments.removeFirst() }
        measure(at: now)
    }

    /// The rate to send at: so much above the measured one that a refusal is due when one is
    /// wanted, and more and more where none comes.
    func rate(at now: Instant) -> Double {
        guard let measured else { return base }
        let interval = refusalInterval(measured)
        let quiet = baseAt.duration(to: now).seconds / interval
        let excess = 1 / interval
        guard quiet > 2 else { return measured.rate + excess }
        // A late look at the clock must not make a leap: `sent` starts a new search at this bound.
        return measured.rate + min(excess * Double.exp2((quiet - 2) * 4), measured.rate)
    }

    /// Seconds from one wanted refusal to the next: a measurement from few tokens is soon made
    /// better, one from many is let stand for a while.
    private func refusalInterval(_ measured: Measurement) -> Double {
        let tokens = min(max(2 * measured.tokens, 2 * Self.tokensMin), Self.tokensBetweenRefusals)
        return min(max(Double(tokens) / measured.rate, 0.25), 120)
    }

    /// The first refusal says how many tokens there were in all: those of a full bucket, and those
    /// that came in since the rate sent at was the higher one. Of the rates tried, the one that
    /// fits with a bucket of the usual size is taken.
    private func firstGuess(_ moment: EmptyMoment) -> Double {
        for step in steps.reversed() {
            let tokens = Double(moment.admitted - step.sent)
            let seconds = step.at.duration(to: moment.at).seconds + Self.usualBurstSeconds
            let guess = tokens / seconds
            if guess >= step.rate / 2 { return min(guess, step.rate) }
        }
        return base * 0.6
    }

    /// Twice the measured rate was sent and nothing refused: the quota has been raised.
    private mutating func forgetMeasurement(at now: Instant) {
        rebase(to: rate(at: now), at: now)
        measured = nil
        moments = []
    }

    private mutating func measure(at now: Instant) {
        dropPast()
        guard let newest = moments.last, let oldest = moments.first else { return }
        let tokens = newest.admitted - oldest.admitted
        let seconds = oldest.at.duration(to: newest.at).seconds
        if tokens >= Self.tokensMin, seconds > 0 {
            measured = Measurement(rate: Double(tokens) / seconds, tokens: tokens)
            rebase(to: Double(tokens) / seconds, at: now)
        } else {
            rebase(to: base * 0.7, at: now)
        }
    }

    /// Forgets the moments of a rate that is no more: what came in since the last one does not
    /// fit what was measured.
    private mutating func dropPast() {
        guard let measured, moments.count > 2, let newest = moments.last else { return }
        let last = moments[moments.count - 2]
        let tokens = Double(newest.admitted - last.admitted)
        let expected = measured.rate * last.at.duration(to: newest.at).seconds
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
    /// 2 to the power of `exponent`, linear between whole exponents: the core has no libm.
    static func exp2(_ exponent: Double) -> Double {
        guard exponent > 0 else { return 1 }
        let whole = min(Int(exponent), 1000)
        let fraction = min(exponent, 1000) - Double(whole)
        return Double(sign: .plus, exponent: whole, significand: 1) * (1 + fraction)
    }
}
