import TransferCore
import TransferLedger

/// What a reconciliation comes to: the same figures from three sides.
struct ReconciliationFigures {
    let job: Job
    let reconciliation: Reconciliation
    /// What was found, by the outcomes that the rows had once they were looked into.
    let totals: FindingTotals
    /// The ledger's, as they are now.
    let ledger: ControlTotals
    let ledgerID: String
    /// Of the ledger's outcomes, those that this reconciliation settled included.
    let chain: ChainState
    /// Where the ledger is kept, for people.
    let ledgerPath: String
    /// Of `reconciliation.csv`, in hexadecimal.
    var tableSHA256 = ""

    init(
        _ job: Job, _ reconciliation: Reconciliation, from reader: LedgerReader, at path: String
    ) throws {
        self.job = job
        self.reconciliation = reconciliation
        totals = try reader.findingTotals(reconciliation.number)
        ledger = try reader.totals(job)
        ledgerID = try reader.ledgerID()
        chain = try reader.chain(of: job)
        ledgerPath = path
    }

    /// Rows that were not looked into yet.
    var unasked: Int { job.rows - totals.rows }
    /// Whether every row was looked into.
    var isComplete: Bool { unasked == 0 }

    /// Whether the three sides have the same rows: the input's, the ledger's and those that were
    /// looked into, the last two outcome by outcome.
    var addsUp: Bool {
        isComplete && ledger.rows == job.rows
            && Outcome.allCases.allSatisfy { ledger[$0] == totals[$0] }
    }

    /// Rows that were found to be transferred and that the ledger did not know of.
    var settled: Int { totals[.transferred, .transferredAfterAll] }

    /// What was found of rows of one outcome, what needs a person first.
    var cells: [Cell] {
        Finding.allCases.flatMap { finding in
            Outcome.allCases.compactMap { outcome in
                let rows = totals[outcome, finding]
                return rows > 0 ? Cell(outcome: outcome, finding: finding, rows: rows) : nil
            }
        }.sorted { !$0.isMatched && $1.isMatched }
    }

    /// Rows of one outcome of which one thing was found.
    struct Cell {
        let outcome: Outcome
        let finding: Finding
        let rows: Int

        var isMatched: Bool { finding.agrees(with: outcome) }
    }
}
