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
    var rows: [Row]

    var totals: ControlTotals {
        var totals = ControlTotals()
        for row in rows { totals[row.outcome] += 1 }
        return totals
    }

    /// As ``Ledger/claim(_:of:after:at:)``.
    mutating func claim(_ limit: Int, after cursor: Int, at now: Timestamp) -> [ClaimedRow] {
        let pending = rows.indices.filter { $0 >= cursor && rows[$0].outcome == .pending }
        return pending.prefix(limit).map { index in
            let row = rows[index]
            rows[index].claimedAt = row.claimedAt ?? now
            return ClaimedRow(
                row: index + 1, line: index + 2, request: row.request, mustBeAt: row.mustBeAt,
                attempts: row.attempts, inDoubtSince: row.claimedAt)
        }
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
            rows[outcome.row - 1].outcome = outcome.outcome
            rows[outcome.row - 1].code = outcome.code
            rows[outcome.row - 1].newContact = outcome.newContact
        }
        for row in batch.released where rows[row - 1].outcome == .pending {
            rows[row - 1].claimedAt = nil
        }
        return refused
    }
}
