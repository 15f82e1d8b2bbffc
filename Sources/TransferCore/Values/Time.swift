/// A moment of the wall clock, in milliseconds since 1970-01-01T00:00:00Z: what is stored and shown.
package struct Timestamp: Hashable, Sendable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    /// The time from `b` to `a`; negative where `b` is later.
    package static func - (a: Timestamp, b: Timestamp) -> Duration {
        .milliseconds(a.milliseconds - b.milliseconds)
    }

    package static func - (a: Timestamp, b: Duration) -> Timestamp {
        Timestamp(milliseconds: a.milliseconds - Int64(b.seconds * 1000))
    }
}

/// A moment of a clock that only goes forward: what decisions are made on.
///
/// Nanoseconds from a start that the shell chooses (the run's start; 0 in a simulation).
package struct Instant: InstantProtocol {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static let start = Instant(nanoseconds: 0)

    package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    package func advanced(by duration: Duration) -> Instant {
        Instant(nanoseconds: nanoseconds + duration.wholeNanoseconds)
    }

    package func duration(to other: Instant) -> Duration {
        .nanoseconds(other.nanoseconds - nanoseconds)
    }

    /// Seconds since the start.
    package var seconds: Double { Double(nanoseconds) / 1e9 }
}

extension Duration {
    /// The duration in seconds, fractions included.
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// The duration in nanoseconds, rounded towards zero; 292 years at the most.
    package var wholeNanoseconds: Int64 {
        // Asked once: they are divided out of 128 bits.
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
