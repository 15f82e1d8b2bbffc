/// Decides when the next call of one operation may be made.
///
/// The service counts with a token bucket, or something like one, whose rate and burst it does not
/// tell. ``RateSearch`` finds them out; this controller sends at the rate that is aimed at, waits
/// where the service asks for it, and takes the refusals of one cohort as one signal.
package struct PaceController: Sendable {
    package enum Mode: Hashable, Sendable {
        /// The quota is known: it is neither exceeded nor searched for.
        case fixed(rate: Double, burst: Double)
        /// The quota is found, from this first guess on.
        case auto(rate: Double, burst: Double)
        /// The quota was found before, or the service told it: it is likely, and followed from there.
        case likely(rate: Double, burst: Double)
    }

    /// What is kept of a known burst for calls that arrive closer together than they were sent.
    private static let arrivalJitter = 0.02

    private var mode: Mode
    private var bucket: TokenBucket
    private var search: RateSearch
    /// Numbers the calls in the order in which they are sent.
    private var sent = 0
    private var pausedUntil: Instant?
    /// Calls sent before this moment belong to a refusal that was already heard.
    private var heardUntil: Instant?
    private var refusalsInARow = 0
    private var headroom: Headroom
    /// The quota that was found; nil where it is not known yet, or was given.
    package private(set) var found: Found?
    /// What others say that it is.
    private var told: Found?

    /// What a quota was found to be.
    package struct Found: Hashable, Sendable {
        package var rate: Double
        /// Nil where the bucket was never seen to be full.
        package var burst: Double?

        package init(rate: Double, burst: Double?) {
            self.rate = rate
            self.burst = burst
        }
    }

    /// - Parameter headroom: the share of the quota, from 0 to less than 1, that is left to others.
    package init(_ mode: Mode, headroom: Double = 0, at now: Instant) {
        self.mode = mode
        self.headroom = Headroom(leaving: headroom)
        let (rate, capacity) = Self.bucket(for: mode, used: self.headroom.used)
        bucket = TokenBucket(rate: rate, capacity: capacity, at: now)
        search = RateSearch(mode, sent: 0, at: now)
    }

    /// Goes on in another mode; where the quota is to be found, from what it was last found to be. Of
    /// a new burst nothing is spent before it has come in again: what the service's bucket holds by
    /// now is not known.
    package mutating func change(to wanted: Mode, at now: Instant) {
        var mode = wanted
        if case .auto = wanted {
            // It is being found already: what was learnt is not thrown away.
            guard case .fixed = self.mode else { return }
            if let quota = found ?? told { mode = .likely(rate: quota.rate, burst: 0) }
        }
        guard mode != self.mode else { return }
        begin(mode, at: now)
        pausedUntil = nil
        refusalsInARow = 0
    }

    /// Hears from elsewhere, during the run, what the quota should be.
    ///
    /// What was measured in this run beats it. What an earlier run measured does too, since others
    /// may use the bucket and a raise may be nowhere else on record, unless less is told: then the
    /// quota was lowered after it was measured. What is told anew, later on, is news.
    package mutating func hear(of quota: Found, at now: Instant) {
        let before = told
        told = quota
        if let before, before.rate != quota.rate {
            follow(from: before.rate, to: quota.rate, at: now)
            return
        }
        guard found == nil, !search.hasBeenRefused else { return }
        switch mode {
        case .fixed: return
        case .likely(let rate, _) where rate <= quota.rate: return
        case .auto, .likely:
            begin(
                .likely(rate: quota.rate, burst: max(0, (quota.burst ?? 0) - Double(sent))), at: now
            )
        }
    }

    /// Follows a quota that was changed while it is used: up by as much as it was raised, since others
    /// may have their share of it, and down to what it is.
    private mutating func follow(from before: Double, to after: Double, at now: Instant) {
        var isFixed = false
        if case .fixed = mode { isFixed = true }
        let isSearching = !isFixed && headroom.rate == nil
        guard let known = isSearching ? search.measured?.rate ?? rate : found?.rate else { return }
        let next =
            before < after ? max(known, min(known * after / before, after)) : min(known, after)
        guard abs(next - known) > 0.02 * known else { return }
        if found != nil { found = Found(rate: next, burst: nil) }
        if isSearching {
            begin(.likely(rate: next, burst: 0), at: now)
        } else {
            headroom.follow(next)
        }
    }

    private mutating func begin(_ mode: Mode, at now: Instant) {
        self.mode = mode
        let (rate, capacity) = Self.bucket(for: mode, used: headroom.used)
        bucket.change(rate: rate, capacity: capacity, at: now)
        search = RateSearch(mode, sent: sent, at: now)
        headroom.forget()
    }

    /// The calls a second that are aimed at now.
    package var rate: Double { bucket.rate }

    /// The calls a second that there should be in the long run: what is aimed at now may be above it,
    /// to see whether there is more, or below.
    package var steadyRate: Double {
        if case .fixed = mode { rate } else { search.measured?.rate ?? rate }
    }

    /// Whether the quota was given, or has been measured from so many calls that a few more or less
    /// make no more than 5 %.
    package var isRateKnown: Bool {
        if case .fixed = mode { true } else { (search.measured?.calls ?? 0) >= 80 }
    }

    /// Calls that may be under way at once: what is sent in twice the time that answers take, at least
    /// 64.
    ///
    /// A service that goes silent thus has few rows in doubt, though a run at 2,000 a second may need
    /// 4,000 calls under way. The time counts up to 2.5 s: where calls queue in the service, more of
    /// them would only make each take longer, and in the end too long.
    package var window: Int {
        let seconds = min((answers.mean ?? 0) + answers.deviation, Self.answerSecondsMax)
        return max(Self.windowMin, Int((2 * rate * seconds).rounded(.up)))
    }

    private static let windowMin = 64
    private static let answerSecondsMax = 2.5

    private var answers: AnswerTimes { search.answers }

    /// Asks for one call; when the answer is `.now`, the call must be made, with `ticket`.
    package mutating func admit(at now: Instant) -> (admission: Admission, ticket: Ticket) {
        let ticket = Ticket(number: sent, sentAt: now)
        if let pausedUntil, now < pausedUntil { return (.at(pausedUntil), ticket) }
        followSearch(at: now)
        let admission = bucket.take(at: now)
        if admission == .now {
            sent += 1
            search.sent(at: now)
        }
        return (admission, ticket)
    }

    /// Hears of a call that was not refused for want of quota.
    package mutating func admitted(_ ticket: Ticket, at now: Instant) {
        search.admitted(ticket, at: now)
        if let heardUntil, ticket.sentAt < heardUntil { return }
        refusalsInARow = 0
    }

    /// Hears of a call that was refused for want of quota. All calls that were under way when the
    /// first refusal was heard count as one signal.
    package mutating func throttled(_ ticket: Ticket, retryAfter: Duration?, at now: Instant) {
        if let retryAfter { pause(until: now.advanced(by: retryAfter)) }
        search.refused(ticket, at: now)
        if let heardUntil, ticket.sentAt < heardUntil { return }
        heardUntil = now
        refusalsInARow += 1
        if case .fixed = mode {
            bucket.empty(owing: 0, at: now)
            pause(until: now.advanced(by: Self.fixedPause(refusalsInARow)))
        } else if headroom.rate != nil {
            headroom.refused()
            followSearch(at: now)
            bucket.empty(owing: 1, at: now)
        } else {
            var debt = search.emptied(ticket, at: now)
            if let newest = search.found {
                found = Found(rate: newest.rate, burst: newest.burst ?? found?.burst)
            }
            if let found {
                debt += headroom.emptied(
                    ticket, found, isMeasured: search.found != nil, steadyRate: steadyRate, at: now)
            }
            followSearch(at: now)
            bucket.empty(owing: debt, at: now)
        }
    }

    /// A call's number and time of sending, handed back with its answer.
    package struct Ticket: Hashable, Sendable {
        package let number: Int
        package let sentAt: Instant
    }

    private static func bucket(
        for mode: Mode, used: Double
    ) -> (rate: Double, capacity: Double) {
        switch mode {
        case .fixed(let rate, let burst):
            (used * rate, max(1, used * (burst - max(1, rate * arrivalJitter))))
        case .auto(let rate, let burst):
            (rate, burst)
        case .likely(let rate, _):
            (rate, max(1, rate * arrivalJitter))
        }
    }

    /// A known quota that is refused all the same is being used by others too: 0.25 s, then twice
    /// as long each time, up to 8 s.
    private static func fixedPause(_ refusals: Int) -> Duration {
        .milliseconds(250 << min(max(refusals - 1, 0), 5))
    }

    private mutating func pause(until moment: Instant) {
        pausedUntil = max(pausedUntil ?? moment, moment)
    }

    private mutating func followSearch(at now: Instant) {
        if case .fixed = mode { return }
        if headroom.looks(sent: sent, at: now), let found {
            search = RateSearch(
                .likely(rate: found.rate, burst: found.fullBurst), sent: sent, at: now)
        }
        let rate = headroom.rate ?? search.rate(at: now)
        // Before the first refusal the first guess's burst is spent; from then on there is none,
        // but for what makes up for late wakes.
        var capacity = max(1, rate * Self.arrivalJitter)
        if case .auto(_, let burst) = mode, !search.hasBeenRefused {
            capacity = max(capacity, burst)
        }
        guard rate != bucket.rate || capacity != bucket.capacity else { return }
        bucket.change(rate: rate, capacity: capacity, at: now)
    }
}
