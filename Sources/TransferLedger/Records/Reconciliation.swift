package import TransferCore

/// A comparison of what the ledger says of a job with what the service says.
package struct Reconciliation: Sendable, Hashable {
    /// The key within this ledger.
    package var number: Int64
    package var startedAt: Timestamp
    /// Nil while rows are to be asked for.
    package var endedAt: Timestamp?
    /// Under which names the service was asked; nil where that is not known.
    package var callers: String?
    /// The process that worked on it last.
    package var worker: RunWorker
}

/// A row to ask the service for.
package struct ClaimRow: Sendable, Hashable {
    package var row: Int
    package var claim: Claim

    package init(row: Int, claim: Claim) {
        self.row = row
        self.claim = claim
    }
}

/// What was found of a row, to be committed or reported.
package struct FoundRow: Sendable, Hashable {
    package var row: Int
    /// The row's outcome by the ledger; in a report what it was once this was found.
    package var outcome: Outcome
    package var found: Inquiry.Found
    package var checkedAt: Timestamp

    package init(row: Int, outcome: Outcome, found: Inquiry.Found, checkedAt: Timestamp) {
        self.row = row
        self.outcome = outcome
        self.found = found
        self.checkedAt = checkedAt
    }
}
