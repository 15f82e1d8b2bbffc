/// Decides when the next call of one operation may be made.
///
/// The service counts with a token bucket whose rate and burst it does not tell. What can be seen
/// is that a refusal for want of quota happens when that bucket is empty; so between two refusals
/// the calls that were admitted are exactly the tokens that came in, and divided by the time they
/// are its rate. The controller searches upwards until the first refusal, measures from refusal to
/// refusal, and then stays a little above the rate measured: the bucket stays nearly empty, all of
/// the quota is used, and about one call in 150 is refused and measures the rate again.
package struct PaceController: Sendable {
    package enum Mode: Hashable, Sendable {
        /// The quota is known: it is neither exceeded nor searched for.
        case fixed(rate: Double, burst: Double)
        /// The quota is found, from this first guess on.
        case auto(rate: Double, burst: Double)
    }

    /// The fewest and the most calls a second that are tried.
    private static let rates = 0.1...5000.0
    /// What is kept of a known burst for calls that arrive closer together than they were sent.
    private static let arrivalJitter = Duration.milliseconds(20)

    private var mode: Mode
    private var bucket: TokenBucket
    private var search: RateSearch
    /// Numbers the calls in the order in which they are sent.
    private var sent = 0
    private var pausedUntil: Instant?
    /// Calls sent before this moment belong to a refusal that was already heard.
    private var heardUntil: Instant?
    private var refusalsInARow = 0

    package init(_ mode: Mode, at now: Instant) {
        self.mode = mode
        let (rate, capacity) = Self.bucket(for: mode)
        bucket = TokenBucket(rate: rate, capacity: capacity, at: now)
        search = RateSearch(rate: rate, at: now)
    }

    /// Goes on in another mode. Of a new burst nothing is spent before it has come in again: what
    /// the service's bucket holds by now is not known.
    package mutating func change(to mode: Mode, at now: Instant) {
        guard mode != self.mode else { return }
        self.mode = mode
        let (rate, capacity) = Self.bucket(for: mode)
        bucket.change(rate: rate, capacity: capacity, at: now)
        search = RateSearch(rate: rate, at: now)
        pausedUntil = nil
        refusalsInARow = 0
    }

    /// The calls a second that are aimed at now.
    package var rate: Double { bucket.rate }

    /// Whether the quota has been measured, or was given.
    package var isRateKnown: Bool {
        if case .fixed = mode { true } else { search.measuredRate != nil }
    }

    /// Asks for one call; when the answer is `.now`, the call must be made, with `ticket`.
    package mutating func admit(at now: Instant) -> (admission: Admission, ticket: Ticket) {
        let ticket = Ticket(number: sent, sentAt: now)
        if let pausedUntil, now < pausedUntil { return (.at(pausedUntil), ticket) }
        if case .auto = mode { followSearch(at: now) }
        let admission = bucket.take(at: now)
        if admission == .now {
            sent += 1
            search.sent(at: now)
        }
        return (admission, ticket)
    }

    /// Hears of a call that was not refused for want of quota.
    package mutating func admitted(_ ticket: Ticket, at now: Instant) {
        if let heardUntil, ticket.sentAt < heardUntil { return }
        refusalsInARow = 0
    }

    /// Hears of a call that was refused for want of quota. All calls that were under way when the
    /// first refusal was heard count as one signal.
    package mutating func throttled(_ ticket: Ticket, retryAfter: Duration?, at now: Instant) {
        if let retryAfter { pause(until: now.advanced(by: retryAfter)) }
        search.refused(ticket)
        if let heardUntil, ticket.sentAt < heardUntil { return }
        heardUntil = now
        refusalsInARow += 1
        switch mode {
        case .fixed:
            pause(until: now.advanced(by: Self.fixedPause(refusalsInARow)))
        case .auto:
            search.emptied(ticket, at: now)
            followSearch(at: now)
            bucket.empty(at: now)
        }
    }

    /// A call's number and time of sending, handed back with its answer.
    package struct Ticket: Hashable, Sendable {
        package let number: Int
        package let sentAt: Instant
    }

    private static func bucket(for mode: Mode) -> (rate: Double, capacity: Double) {
        switch mode {
        case .fixed(let rate, let burst):
            (rate, max(1, burst - max(1, rate * arrivalJitter.seconds)))
        case .auto(let rate, let burst):
            (rate, burst)
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
        let rate = min(max(search.rate(at: now), Self.rates.lowerBound), Self.rates.upperBound)
        // Before the first refusal the first guess's burst is spent; from then on there is none,
        // but for what makes up for late wakes.
        let capacity = search.hasBeenRefused ? max(1, rate * 0.02) : bucket.capacity
        guard rate != bucket.rate || capacity != bucket.capacity else { return }
        bucket.change(rate: rate, capacity: capacity, at: now)
    }
}
