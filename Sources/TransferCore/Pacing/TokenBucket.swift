/// A bucket that holds up to `capacity` tokens and gains `rate` of them a second; a call takes one.
package struct TokenBucket: Hashable, Sendable {
    /// Tokens a second.
    package private(set) var rate: Double
    package private(set) var capacity: Double
    private var tokens: Double
    private var countedAt: Instant

    /// Makes a full bucket.
    package init(rate: Double, capacity: Double, at now: Instant) {
        self.rate = rate
        self.capacity = capacity
        tokens = capacity
        countedAt = now
    }

    /// Takes a token if there is one; else says when there will be.
    package mutating func take(at now: Instant) -> Admission {
        count(at: now)
        if tokens >= 1 {
            tokens -= 1
            return .now
        }
        let wait = (1 - tokens) / rate
        // A microsecond more, so that rounding never wakes the caller just too early.
        return .at(now.advanced(by: .nanoseconds(Int64(wait * 1e9) + 1000)))
    }

    /// Goes on at another rate; what has been gained till now stays.
    package mutating func change(rate: Double, capacity: Double, at now: Instant) {
        count(at: now)
        self.rate = rate
        self.capacity = capacity
        tokens = min(tokens, capacity)
    }

    /// Drops what is there: the next token comes after one interval, and after `debt` more.
    package mutating func empty(owing debt: Double, at now: Instant) {
        count(at: now)
        tokens = -debt
    }

    private mutating func count(at now: Instant) {
        guard now > countedAt else { return }
        tokens = min(capacity, tokens + rate * countedAt.duration(to: now).seconds)
        countedAt = now
    }
}

/// Whether a call may be made.
package enum Admission: Hashable, Sendable {
    case now
    /// Not before this moment; ask again then.
    case at(Instant)
}
