/// Finds the rate of a quota from the moments at which it was seen to be empty.
///
/// A refusal says that the bucket was empty when the call came. Between two such moments what was
/// admitted is what came in, so divided by the time it is the rate itself, however unevenly it was
/// sent: there is no need for a saw-tooth. All moments are those of sending, all counts are of calls
/// in the order of sending, so that the network's delay is in both ends of every difference.
///
/// The constants were chosen in the lab (Tests/TransferCoreTests/Pacing; `make pacing` prints its table).
/// All times are in seconds, all rates in calls a second.
struct RateSearch: Sendable {
    /// A moment at which the bucket was empty, and the calls admitted until then.
    struct EmptyMoment {
        var at: Double
        var admitted: Double
    }

    enum Phase {
        /// No refusal yet, or none for too long: up from a rate that is proven.
        case growing(from: Double)
        /// Refused once: from below up to the next refusal, twice as fast after `doubling`.
        case closingIn(from: Double, doubling: Double)
        /// The rate is known: a gap of `debt` calls is left, and used up until the next refusal is
        /// wanted.
        case holding(debt: Double, interval: Double)
        /// Others take from the same bucket: evenly up, and down by a share at each refusal.
        case sharing(from: Double, growth: Double, period: Double)
        /// Nothing is stored: evenly, and up by a share of `step` until the next refusal is wanted.
        case even(Double, step: Double)
    }

    /// A bucket usually holds what comes in in 1.5 to 2.5 s (connect-api.md, 2).
    static let burstSeconds = 2.5
    /// Calls between two empty moments that make their quotient a measurement.
    static let callsMin = 8.0
    /// Empty moments that are looked back on.
    static let momentsMax = 8
    /// The longest silence after a refusal, in seconds.
    static let silenceMax = 1.0
    /// The slowest that a search falls to, and the fastest that it rises to.
    static let rateMin = 0.05
    static let rateMax = 100_000.0

    var phase: Phase
    var phaseAt: Double
    var answers = AnswerTimes()
    var moments: [EmptyMoment] = []
    /// The rate last measured, and the calls that it was measured from.
    var measured: (rate: Double, calls: Double)?
    /// The greatest rate that this bucket is known to have had, slowly forgotten: the measure by
    /// which all who share it go up alike.
    var scale: Double
    /// The last means while sharing.
    var means: [Double] = []
    /// Refusals in a row that came too soon after each other to measure anything.
    var quickRefusals = 0
    /// Refusals that came long before one was wanted.
    var strikes = 0
    /// Whether a rise that seemed to have come has not.
    private var isDoubted = false
    /// Even calls under way that are to show whether the quota stores anything.
    var trial: EvenTrial?
    /// A bucket that stores is asked no more often than this: it costs a refusal each time.
    var trialsLeft = 2
    /// The silence after the last refusal, in seconds; 0 where calls were admitted before it.
    private var silence = 0.0
    /// Whether it began with a bucket that others had emptied.
    var isJoining = false
    /// Refusals among the last answers, smoothed.
    var refusedLately = 0.0
    private var isRaised = false
    /// Whether a measurement came out as the one before: on a way up the bucket may have been full
    /// for a while, and what did not fit in was not counted.
    private var isConfirmed = false
    private var cohort: Cohort?
    private var marks: [(at: Double, sent: Double)]
    private var firstEmptied: EmptyMoment?
    private let sentBefore: Double
    private var sentCount: Double
    private var sentAt: Double
    /// Whether there was a refusal yet.
    private(set) var hasBeenRefused = false
    private(set) var admittedCount = 0.0
    private var admittedAtPhase = 0.0
    private(set) var refusedCount = 0.0
    private let guessedBurst: Double
    private let beganAt: Double
    /// The burst of a likely quota, until a refusal says that it is spent.
    private var unspent: Double
    /// The burst that the first refusals speak of; nil where there were none.
    private(set) var burst: Double?

    /// - Parameter sent: the calls that were sent before, and numbered.
    init(_ mode: PaceController.Mode, sent: Int, at now: Instant) {
        sentBefore = Double(sent)
        sentCount = Double(sent)
        phaseAt = now.seconds
        beganAt = now.seconds
        sentAt = now.seconds
        marks = [(now.seconds, Double(sent))]
        switch mode {
        case .auto(let rate, let burst), .fixed(let rate, let burst):
            scale = rate
            guessedBurst = burst
            unspent = 0
            phase = .growing(from: 0)
        case .likely(let rate, let burst):
            scale = rate
            guessedBurst = burst
            unspent = burst
            measured = (rate, 50)
            phase = .holding(
                debt: 1, interval: max(min(100 / rate, rate < 4 ? 10 : 5), 2 + burst / rate))
        }
    }

    /// What is known of the quota, where it was measured well and shared with nobody.
    var found: PaceController.Found? {
        guard let measured, measured.calls >= 100, trial == nil else { return nil }
        switch phase {
        case .holding where isConfirmed, .even where quickRefusals == 0: break
        default: return nil
        }
        return PaceController.Found(rate: measured.rate, burst: burst)
    }

    mutating func sent(at now: Instant) {
        skipIdleTime(at: now)
        sentCount += 1
        guard case .growing = phase, let last = marks.last else { return }
        if sentCount >= last.sent + 4, sentCount >= 1.15 * last.sent {
            marks.append((now.seconds, sentCount))
        }
    }

    mutating func admitted(_ ticket: PaceController.Ticket, at now: Instant) {
        answers.heard(after: ticket.sentAt.duration(to: now).seconds)
        admittedCount += 1
        refusedLately *= 0.875
        judgeCohort(after: ticket, isAdmitted: true, at: now.seconds)
    }

    mutating func refused(_ ticket: PaceController.Ticket, at now: Instant) {
        answers.heard(after: ticket.sentAt.duration(to: now).seconds)
        refusedCount += 1
        refusedLately += 0.125 * (1 - refusedLately)
        judgeCohort(after: ticket, isAdmitted: false, at: now.seconds)
    }

    /// The rate to send at.
    mutating func rate(at now: Instant) -> Double {
        let time = max(now.seconds - phaseAt, 0)
        let rate: Double
        switch phase {
        case .growing(let base):
            rate = grown(from: base, after: time)
        case .closingIn(let from, let doubling):
            rate = Self.risen(from, doubling, after: time)
        case .sharing(let from, let growth, let period):
            rate = (from + growth * time) * Double.exp2((time / period - 1) * 4)
        case .holding(let debt, let interval):
            rate = held(debt, interval, after: time, at: now.seconds)
        case .even(let level, let step):
            rate = even(level, step, after: time)
            if rate > 1.2 * level { begin(.growing(from: level), at: now.seconds) }
        }
        return min(max(rate, Self.rateMin), Self.rateMax)
    }

    /// Takes note of an empty moment: the call was refused, and is the first of its cohort to say
    /// so. Returns the calls that are to be left out now, so that the bucket is not at its edge.
    mutating func emptied(_ ticket: PaceController.Ticket, at now: Instant) -> Double {
        // The call itself is among the refused already.
        let moment = EmptyMoment(
            at: ticket.sentAt.seconds, admitted: Double(ticket.number) - (refusedCount - 1))
        unspent = 0
        hasBeenRefused = true
        guard let last = moments.last else {
            moments = [moment]
            if let measured {
                // Grown from a likely rate: there is more, if it was not all its burst.
                let base = measured.rate * (moment.at - beganAt) + guessedBurst
                if case .growing = phase, moment.admitted - sentBefore > 1.2 * base {
                    return closeIn(onFirst: moment, at: now.seconds)
                }
                return hold(measured.rate, calls: 50, at: now.seconds)
            }
            isJoining = moment.admitted - sentBefore < guessedBurst - 1
            return closeIn(onFirst: moment, at: now.seconds)
        }
        if moment.admitted - last.admitted < 1, !isJoining {
            return keepSilence(as: moment, at: now.seconds)
        }
        silence = 0
        return emptied(moment, after: last, ticket, at: now)
    }

    private mutating func emptied(
        _ moment: EmptyMoment, after last: EmptyMoment, _ ticket: PaceController.Ticket,
        at now: Instant
    ) -> Double {
        let calls = moment.admitted - last.admitted
        let time = max(moment.at - last.at, 0.001)
        let aimed = rate(at: ticket.sentAt)
        switch phase {
        case .even(_, let step):
            return refuseEven(aimed, step, moment, at: now.seconds)
        case .growing(let base) where calls / time > 1.3 * base:
            moments = [moment]
            isRaised = base > 0
            let debt = closeIn(onFirst: moment, at: now.seconds)
            cohort = Cohort(
                first: ticket.number, end: Int(sentCount), from: moment.at, to: now.seconds)
            return debt
        case .growing(let base):
            moments = [moment]
            measured = (base, 50)
            isDoubted = true
            begin(.closingIn(from: base, doubling: max(5, 20 / base)), at: now.seconds)
            return 1
        case .closingIn
        where isDoubted && trialsLeft > 0 && calls >= Self.callsMin && aimed > 1.05 * calls / time:
            isDoubted = false
            moments.append(moment)
            return tryEven(below: aimed, mean: calls / time, from: moment, at: now.seconds)
        case .closingIn where isJoining:
            return join(moment, at: now.seconds)
        case .closingIn, .holding, .sharing:
            break
        }
        // What is tried for a moment above a known rate says nothing of one's share.
        let reached = if case .holding = phase { calls / time } else { aimed }
        moments.append(moment)
        if moments.count > Self.momentsMax { moments.removeFirst() }
        if isShared(reached, calls, time, at: moment.at) {
            return share(reached, mean: calls / time, time, at: now.seconds)
        }
        if calls < Self.callsMin { return hurry(from: reached, at: now.seconds) }
        quickRefusals = 0
        dropPast()
        let before = if case .holding = phase { measured?.rate } else { Double?.none }
        let debt = measure(at: now.seconds)
        isConfirmed =
            if let before, let rate = measured?.rate {
                abs(rate - before) < 0.1 * before
            } else {
                false
            }
        return debt
    }

    /// The bucket is empty still, as it is where it is filled once a second: longer each time.
    private mutating func keepSilence(as moment: EmptyMoment, at now: Double) -> Double {
        moments[moments.count - 1].at = moment.at
        quickRefusals = max(quickRefusals, 1)
        let aimed = rate(at: Instant(nanoseconds: Int64(moment.at * 1e9)))
        silence = min(max(2 * silence, 2 * (answers.mean ?? 0), 1 / aimed), Self.silenceMax)
        return silence * aimed
    }

    /// While nothing was sent nothing was learnt, and what came in may have been lost.
    private mutating func skipIdleTime(at now: Instant) {
        let idle = now.seconds - sentAt
        sentAt = now.seconds
        guard idle > 2, idle > 3 / rate(at: Instant(nanoseconds: Int64(phaseAt * 1e9))) else {
            return
        }
        phaseAt = min(phaseAt + idle, now.seconds)
        if measured != nil { moments = [] }
    }

    mutating func begin(_ phase: Phase, at now: Double) {
        self.phase = phase
        phaseAt = now
        admittedAtPhase = admittedCount
        if case .growing = phase { marks = [(now, sentCount)] }
    }
}

// MARK: - Up to a rate that is not known

extension RateSearch {
    /// What is proven, and a few calls more: those under way that nothing was heard of yet are so
    /// few that a refusal costs little, and more where many went through.
    private func grown(from base: Double, after time: Double) -> Double {
        guard let answerTime = answers.mean else { return max(base, 2) }
        let extra = max(0, admittedCount - admittedAtPhase - base * time)
        let ahead = 3 + 0.05 * extra
        return base + extra / (time + Self.burstSeconds) + ahead / min(max(answerTime, 0.01), 0.3)
    }

    /// Twice as much after each `doubling`, or after each 8 calls where that is later.
    private static func risen(_ from: Double, _ doubling: Double, after time: Double) -> Double {
        let even = callsMin / doubling
        guard from < even else { return from * Double.exp2(time / doubling) }
        let until = callsMin / 0.693 * (1 / from - 1 / even)
        if time >= until { return even * Double.exp2((time - until) / doubling) }
        return from / (1 - from * time * 0.693 / callsMin)
    }

    /// Goes on from a little less than the first refusal makes certain.
    private mutating func closeIn(onFirst moment: EmptyMoment, at now: Double) -> Double {
        measured = nil
        isDoubted = false
        quickRefusals = 0
        strikes = 0
        firstEmptied = moment
        var low = 0.0
        if case .growing(let base) = phase { low = base }
        for mark in marks where mark.at < moment.at || mark.sent == sentBefore {
            let calls = moment.admitted - mark.sent
            low = max(low, calls / (moment.at - mark.at + Self.burstSeconds))
        }
        begin(.closingIn(from: max(0.85 * low, 0.5), doubling: 2.5), at: now)
        return 1
    }

    /// The calls that were under way when a refusal was heard: those of them that were admitted, in
    /// the time in which they were sent, are the rate as well, if roughly. That is worth more than
    /// the first guess where answers take long, or where the burst is small.
    private mutating func judgeCohort(
        after ticket: PaceController.Ticket, isAdmitted: Bool, at now: Double
    ) {
        guard var judged = cohort, ticket.number >= judged.first, ticket.number < judged.end
        else { return }
        judged.heard += 1
        if isAdmitted { judged.admitted += 1 }
        cohort = judged.isHeard ? nil : judged
        guard judged.isHeard, case .closingIn(let from, let doubling) = phase else { return }
        let time = max(judged.to - judged.from, 0.001)
        let doubt = 2 + judged.sent / time * answers.deviation
        let low = (judged.admitted - doubt) / time
        guard low > Self.risen(from, doubling, after: now - phaseAt) else { return }
        begin(
            .closingIn(from: low, doubling: max(2.5, 1.25 * judged.admitted / doubt)), at: now)
    }

    private struct Cohort {
        var first: Int
        var end: Int
        var from: Double
        var to: Double
        /// The one that was heard first, and refused.
        var heard = 1.0
        var admitted = 0.0

        var sent: Double { Double(end - first) }
        var isHeard: Bool { heard >= sent }
    }
}

// MARK: - At a rate that is known

extension RateSearch {
    /// A little above the rate, so that the gap is used up when a refusal is wanted; then more and
    /// more where none comes, until the rate must have risen.
    private mutating func held(
        _ debt: Double, _ interval: Double, after time: Double, at now: Double
    ) -> Double {
        guard let measured else { return Self.rateMin }
        let slope = 2 * min(scale / measured.rate, 3) * debt / interval
        guard time > interval else {
            let isUnspent = sentCount - sentBefore < unspent + measured.rate * time
            return measured.rate + slope * time / interval + (isUnspent ? unspent / 2 : 0)
        }
        let doubling = max(0.15, answers.mean ?? 0, interval / 30)
        let excess = slope * Double.exp2((time - interval) / doubling)
        let doubt = 6 + measured.rate * interval * min(3 / measured.calls, 0.05)
        if excess * doubling * 1.44 > doubt { begin(.growing(from: measured.rate), at: now) }
        return measured.rate + excess
    }

    mutating func measure(at now: Double) -> Double {
        guard let oldest = moments.first, let newest = moments.last else { return 1 }
        let calls = max(newest.admitted - oldest.admitted, 1)
        return hold(calls / max(newest.at - oldest.at, 0.001), calls: calls, at: now)
    }

    /// Wants the next refusal soon after a rough measurement; else after so many calls that they
    /// cost less than one in 200, and later where many were refused before.
    mutating func hold(_ rate: Double, calls: Double, at now: Double) -> Double {
        measured = (rate, calls)
        scale = scale < rate ? rate : scale - 0.03 * (scale - rate)
        noteBurst(at: rate)
        let isSlow = scale < 4
        let usual = max(isSlow ? 170 : 250, 2 * scale, 4 * scale * (answers.mean ?? 0))
        let paidFor =
            (refusedCount + 1) / (isSlow ? 0.009 : 0.0038)
            - sentCount + sentBefore + refusedCount
        var between = min(max(usual, paidFor), 1.8 * usual)
        if calls < usual / 3 { between = 3 * calls }
        let noise = 1.5 + rate * answers.deviation
        let debt = min(noise, between / 8) * max(rate / scale, 0.2)
        begin(.holding(debt: debt, interval: between / scale), at: now)
        return debt
    }

    /// What was sent before the first refusal, beyond what came in meanwhile, was the burst.
    private mutating func noteBurst(at rate: Double) {
        guard let moment = firstEmptied else { return }
        firstEmptied = nil
        burst = marks.lazy.filter { $0.at < moment.at }
            .map { moment.admitted - $0.sent - rate * (moment.at - $0.at) }.max()
    }

    /// Forgets the moments of a rate that is no more: what came in since the last one does not fit.
    private mutating func dropPast() {
        guard let measured, moments.count > 2, let newest = moments.last else { return }
        let last = moments[moments.count - 2]
        let expected = measured.rate * (newest.at - last.at)
        let noise = 3 + 2 * measured.rate * answers.deviation
        if abs(newest.admitted - last.admitted - expected) > noise + 0.03 * expected {
            moments.removeFirst(moments.count - 2)
        }
    }

    /// Goes down after refusals that came too soon to measure anything. The first is let pass.
    private mutating func hurry(from aimed: Double, at now: Double) -> Double {
        quickRefusals += 1
        if quickRefusals == 1, let measured { return hold(measured.rate, calls: 50, at: now) }
        strikes = 1
        moments.removeFirst(max(0, moments.count - quickRefusals))
        guard let oldest = moments.first, let newest = moments.last else { return 1 }
        let before = measured?.rate ?? aimed
        measured = nil
        let calls = newest.admitted - oldest.admitted
        let isMeasured = calls >= Self.callsMin
        let low = isMeasured ? 0.9 * calls / max(newest.at - oldest.at, 0.001) : 0.6 * before
        if scale >= before {
            beginSharing(from: low, at: now)
        } else {
            let doubling = isMeasured ? 8 : 2.5
            begin(.closingIn(from: max(low, Self.rateMin), doubling: doubling), at: now)
        }
        return 1
    }

    /// Whether a refusal looks like others' doing, or like a rate that has changed a little.
    private mutating func isShared(
        _ reached: Double, _ calls: Double, _ time: Double, at moment: Double
    ) -> Bool {
        switch phase {
        case .sharing:
            return true
        case .even, .growing:
            return false
        case .closingIn:
            // So steep a rise is not what one bucket would have borne.
            guard calls >= Self.callsMin, reached > (isRaised ? 1.8 : 2.5) * calls / time else {
                return false
            }
            scale = max(scale, 0.8 * reached)
            means = []
            return true
        case .holding(_, let interval):
            guard !(calls > Self.callsMin && isOff(calls, time)) else { break }
            guard moment - phaseAt < interval / 2 else {
                strikes = max(0, strikes - 1)
                return false
            }
            if let measured, measured.calls > 100 { strikes += 1 }
            guard strikes >= 2, calls >= Self.callsMin else { return false }
        }
        means = []
        return true
    }

    private func isOff(_ calls: Double, _ time: Double) -> Bool {
        guard let measured, measured.calls > 100 else { return false }
        let expected = measured.rate * time
        let noise = 3 + 3 * measured.rate * answers.deviation
        return abs(calls - expected) > noise + expected * (0.02 + 3 / measured.calls)
    }
}

extension Double {
    /// 2 to the power of `exponent`, linear between whole exponents: the core has no libm.
    static func exp2(_ exponent: Double) -> Double {
        guard exponent > 0 else { return 1 }
        let whole = min(Int(min(exponent, 1000)), 1000)
        let fraction = min(exponent, 1000) - Double(whole)
        return Double(sign: .plus, exponent: whole, significand: 1) * (1 + fraction)
    }
}
