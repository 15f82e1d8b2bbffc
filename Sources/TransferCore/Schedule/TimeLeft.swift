/// How long a run will take from now on, as far as can be told.
package struct TimeLeft: Hashable, Sendable {
    /// The time that rows take, whatever keeps the run from sending in between.
    package var work: Duration
    /// When the last row is done, closed hours of the window included; nil where that is years away.
    package var endsAt: Timestamp?
    /// Rows that are still to go when the time to stop comes; nil where none are.
    package var rowsAtStop: Int?

    package init(work: Duration, endsAt: Timestamp?, rowsAtStop: Int?) {
        self.work = work
        self.endsAt = endsAt
        self.rowsAtStop = rowsAtStop
    }

    /// What one operation is to do yet.
    package struct Demand: Hashable, Sendable {
        package var calls: Double
        /// Calls a second that are aimed at.
        package var rate: Double

        package init(calls: Double, rate: Double) {
            self.calls = calls
            self.rate = rate
        }
    }

    /// The time for `rows` rows: that of the operation which takes longest at its rate, or at the
    /// throughput measured, where something else than the quotas holds the run up. What a burst
    /// brought is more than both, and counts for nothing.
    ///
    /// Nil where nothing moves.
    package init?(
        rows: Int, demands: [Demand], rowsPerSecond: Double?, from now: Timestamp,
        window: DailyWindow?, stopsAt: Timestamp?
    ) {
        var seconds = demands.filter { $0.calls > 0 }.map { $0.calls / $0.rate }.max() ?? 0
        if let rowsPerSecond { seconds = max(seconds, Double(rows) / rowsPerSecond) }
        guard seconds.isFinite, seconds < Self.secondsMax else { return nil }
        work = .seconds(seconds)
        endsAt = Self.end(of: work, from: now, window)
        guard let stopsAt, seconds > 0, endsAt.map({ $0 > stopsAt }) ?? true else { return }
        let share = Self.openTime(from: now, to: stopsAt, window).seconds / seconds
        rowsAtStop = Int((Double(rows) * max(0, 1 - share)).rounded())
    }

    /// A hundred years.
    private static let secondsMax = 3e9
    private static let nightsMax = 2000

    private static func end(
        of work: Duration, from now: Timestamp, _ window: DailyWindow?
    ) -> Timestamp? {
        guard let window else { return now - (.zero - work) }
        var (left, at) = (work, now)
        for _ in 0..<nightsMax {
            let change = window.nextChange(after: at)
            if window.isOpen(at: at) {
                if left <= change - at { return at - (.zero - left) }
                left -= change - at
            }
            at = change
        }
        return nil
    }

    private static func openTime(
        from now: Timestamp, to end: Timestamp, _ window: DailyWindow?
    ) -> Duration {
        guard let window else { return end - now }
        var (open, at) = (Duration.zero, now)
        for _ in 0..<nightsMax where at < end {
            let change = min(window.nextChange(after: at), end)
            if window.isOpen(at: at) { open += change - at }
            at = change
        }
        return open
    }
}
