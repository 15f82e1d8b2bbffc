/// How many calls of one operation the service lets through: a rate, and a burst on top.
package struct Quota: Hashable, Sendable {
    /// Calls a second in the long run; 0 lets everything through.
    package var ratePerSecond: Double
    /// Calls at once after a rest: the size of the bucket.
    package var burst: Int

    package init(ratePerSecond: Double, burst: Int) {
        self.ratePerSecond = ratePerSecond
        self.burst = burst
    }

    package static let unlimited = Quota(ratePerSecond: 0, burst: 0)
    /// "All operations have a RateLimit of 2 rps and BurstLimit of 5, with the following
    /// exceptions" (Amazon Connect service quotas, API throttling quotas).
    package static let documented = Quota(ratePerSecond: 2, burst: 5)
    /// DescribeContact is one of the exceptions.
    package static let documentedDescribeContact = Quota(ratePerSecond: 10, burst: 15)
    /// SearchContacts is another.
    package static let documentedSearchContacts = Quota(ratePerSecond: 0.5, burst: 1)
}

/// The bucket that a quota fills; it starts full.
package struct TokenBucket: Sendable {
    private var quota: Quota
    private var tokens: Double
    private var filledAt: Moment

    package init(_ quota: Quota, at now: Moment) {
        self.quota = quota
        tokens = Double(quota.burst)
        filledAt = now
    }

    /// Goes on with another quota; what is in it stays, as far as the new burst holds it. One that
    /// was unlimited is full.
    package mutating func change(to quota: Quota, at now: Moment) {
        fill(until: now)
        let held = self.quota.ratePerSecond > 0 ? tokens : .infinity
        self.quota = quota
        tokens = min(Double(quota.burst), held)
    }

    /// Takes a token for one call; false where there is none, and then nothing is taken.
    package mutating func admits(at now: Moment) -> Bool {
        guard quota.ratePerSecond > 0 else { return true }
        fill(until: now)
        // A token earned in slices of a period may lack the last bit of a double.
        guard tokens >= 1 - 1e-9 else { return false }
        tokens = max(0, tokens - 1)
        return true
    }

    private mutating func fill(until now: Moment) {
        // Two threads may read the clock in one order and come here in the other.
        guard now > filledAt else { return }
        let earned = Double((now - filledAt).wholeNanoseconds) * 1e-9 * quota.ratePerSecond
        tokens = min(Double(quota.burst), tokens + earned)
        filledAt = now
    }
}
