import TransferCore
import TransferLedger

/// The first rows of each kind of exception, for the page.
struct ReconciliationExamples {
    /// Rows of one outcome of which one thing was found.
    struct Key: Hashable {
        let outcome: Outcome
        let finding: Finding
    }

    private(set) var rows: [Key: [ReconciliationContent.RowPart]] = [:]

    /// Rows of a kind that are kept; `reconciliation.csv` has them all.
    static let rowsMax = 100

    /// Takes a row; one that agrees, or of whose kind there are enough, is passed over.
    mutating func add(_ row: RowRecord, _ found: FoundRow?) {
        guard let found, !found.isMatched else { return }
        let key = Key(outcome: found.outcome, finding: found.found.finding)
        guard rows[key, default: []].count < Self.rowsMax else { return }
        rows[key, default: []].append(.init(row, found.found))
    }
}
