package import TransferCore

/// How far a reconciliation is.
package struct ReconcileProgress: Sendable, Hashable {
    /// Of the job.
    package let rows: Int
    /// What was found so far, as committed.
    package var totals: FindingTotals
    package var calls = 0
    package var throttled = 0
    /// DescribeContact calls a second that are aimed at.
    package var rate = 0.0
    /// In the last minute; nil while that cannot be told.
    package var rowsPerSecond: Double?
    /// Nil where the last call met no fault of the service or the network.
    package var silence: RunProgress.Silence?

    package init(rows: Int, totals: FindingTotals) {
        self.rows = rows
        self.totals = totals
    }
}
