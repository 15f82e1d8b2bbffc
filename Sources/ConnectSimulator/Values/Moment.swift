package import struct FoundationEssentials.Date

/// A moment of the simulator's clock, in nanoseconds since 1970-01-01T00:00:00Z.
///
/// It ends in 2262 and begins in 1677: what a caller names beyond, such as the year 9999, is the
/// last or the first.
package struct Moment: Hashable, Sendable, Comparable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Makes a moment of whole seconds since 1970.
    package init(seconds: Int64) { self = Moment(nanoseconds: 0) + .seconds(seconds) }

    package init(_ date: Date) { nanoseconds = Int64(date.timeIntervalSince1970 * 1e9) }

    /// Seconds since 1970 with milliseconds: the form of every timestamp in the service's JSON.
    package var seconds: Double { Double(milliseconds) / 1000 }
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    package static func < (a: Moment, b: Moment) -> Bool { a.nanoseconds < b.nanoseconds }

    package static func + (a: Moment, b: Duration) -> Moment {
        Moment(nanoseconds: (.nanoseconds(a.nanoseconds) + b).wholeNanoseconds)
    }

    package static func - (a: Moment, b: Duration) -> Moment { a + (.zero - b) }

    package static func - (a: Moment, b: Moment) -> Duration {
        .nanoseconds(a.nanoseconds) - .nanoseconds(b.nanoseconds)
    }
}

/// Where the simulator reads the time: the system's clock, or one that a test moves.
package struct SimulatorClock: Sendable {
    package let now: @Sendable () -> Moment

    package init(now: @escaping @Sendable () -> Moment) { self.now = now }

    /// The same clock, so much ahead.
    package func ahead(by skew: Duration) -> SimulatorClock {
        let now = now
        return skew == .zero ? self : SimulatorClock { now() + skew }
    }

    /// Starts at the wall clock's time and then only goes forward, whatever is done to that clock.
    package static var system: SimulatorClock {
        let wall = Moment(Date())
        let start = ContinuousClock.now
        return SimulatorClock { wall + start.duration(to: .now) }
    }
}

extension Duration {
    /// Rounded towards zero; 292 years at the most, either way.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooLongBy) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard isTooLong || isTooLongBy else { return sum }
        return self < .zero ? .min : .max
    }
}
