import TransferCore
import TransferLedger

/// The ledger's claims and commits, in memory: each is on the disk whole or not at all.
struct SimulatedLedger {
    struct Row {
        let request: TransferRequest
        let mustBeAt: Guard?
        var outcome = Outcome.pending
        var code: String?
        var newContact: ContactID?
        var attempts = 0
        var claimedAt: Timestamp?
        /// Whether a run ever was killed that had claimed it.
        var wasInDoubt = false
    }

    /// Row 1 first.
    private(set) var rows: [Row] = []
    /// Kept as the rows change; ``recount()`` tells whether they do add up.
    private(set) var totals = ControlTotals()
    /// Whether nothing can be written.
    var isFull = false

    mutating func append(_ row: Row) {
        rows.append(row)
        totals[row.outcome] += 1
    }

    func recount() -> ControlTotals {
        var totals = ControlTotals()
        for row in rows { totals[row.outcome] += 1 }
        return totals
    }

    /// As ``Ledger/claim(_:of:after:at:)``.
    mutating func claim(_ limit: Int, after cursor: Int, at now: Timestamp) -> [ClaimedRow] {
        var claimed: [ClaimedRow] = []
        for index in rows.indices.dropFirst(cursor) where rows[index].outcome == .pending {
            guard claimed.count < limit else { break }
            let row = rows[index]
            rows[index].claimedAt = row.claimedAt ?? now
            claimed.append(
                ClaimedRow(
                    row: index + 1, line: index + 2, request: row.request, mustBeAt: row.mustBeAt,
                    attempts: row.attempts, inDoubtSince: row.claimedAt))
        }
        return claimed
    }

    /// The run that claimed rows was killed.
    mutating func leaveInDoubt() {
        for index in rows.indices where rows[index].claimedAt != nil {
            rows[index].wasInDoubt = true
        }
    }

    /// As ``Ledger/commit(_:of:run:)``; returns the rows whose outcome was not theirs to get.
    mutating func commit(_ batch: RunBatch) -> [Int] {
        for call in batch.calls where call.isAttempt { rows[call.row - 1].attempts += 1 }
        var refused: [Int] = []
        for outcome in batch.outcomes {
            guard rows[outcome.row - 1].outcome == .pending else {
                refused.append(outcome.row)
                continue
            }
            change(outcome.row, to: outcome.outcome)
            rows[outcome.row - 1].code = outcome.code
            rows[outcome.row - 1].newContact = outcome.newContact
        }
        for row in batch.released where rows[row - 1].outcome == .pending {
            rows[row - 1].claimedAt = nil
        }
        return refused
    }

    /// As ``Ledger/putBack(_:at:)``; returns the rows that were.
    mutating func putBack() -> [Int] {
        var numbers: [Int] = []
        for index in rows.indices where [.failed, .uncertain].contains(rows[index].outcome) {
            if rows[index].outcome == .failed { rows[index].claimedAt = nil }
            change(index + 1, to: .pending)
            rows[index].code = nil
            rows[index].attempts = 0
            numbers.append(index + 1)
        }
        return numbers
    }

    private mutating func change(_ row: Int, to outcome: Outcome) {
        totals[rows[row - 1].outcome] -= 1
        rows[row - 1].outcome = outcome
        totals[outcome] += 1
    }
}
