import TransferCore
import TransferLedger

extension ReconciliationContent {
    /// How many rows the ledger and the service have on one side.
    struct SidePart {
        let name: String
        let ledger: String
        let service: String
        let differs: Bool
        let agreement: String

        private init(_ name: String, ledger: Int, service: Int) {
            self.name = name
            self.ledger = ledger.words
            self.service = service.words
            differs = ledger != service
            let difference = abs(service - ledger).words("row", "rows")
            agreement =
                ledger == service
                ? "They agree."
                : "Amazon Connect has \(difference) \(service > ledger ? "more" : "fewer")."
        }

        /// Of the rows that were looked into; they add up on both sides.
        static func all(_ figures: ReconciliationFigures) -> [SidePart] {
            let totals = figures.totals
            func ledger(_ outcomes: [Outcome]) -> Int {
                outcomes.reduce(0) { $0 + totals[$1] - totals[$1, .notAsked] }
            }
            return [
                SidePart(
                    "transferred", ledger: ledger([.transferred]),
                    service: totals[ServiceSide.transferred]),
                SidePart(
                    "not transferred", ledger: ledger([.failed, .skipped, .rejected, .pending]),
                    service: totals[ServiceSide.notTransferred]),
                SidePart(
                    "not known", ledger: ledger([.uncertain]), service: totals[ServiceSide.untold]),
                SidePart(
                    "not to be asked for", ledger: totals[Finding.notAsked],
                    service: totals[ServiceSide.notAsked]),
            ]
        }
    }

    /// Rows of one outcome of which one thing was found.
    struct CellPart {
        let outcome: String
        let finding: String
        let rows: String
        let isMatched: Bool
        let meaning: String

        init(_ cell: ReconciliationFigures.Cell) {
            outcome = cell.outcome.rawValue
            finding = cell.finding.words
            rows = cell.rows.words
            isMatched = cell.isMatched
            meaning = cell.finding.meaning
        }
    }

    /// Exceptions of one kind, with the first of their rows.
    struct GroupPart {
        let anchor: String
        let title: String
        let advice: String
        let rows: [RowPart]
        let note: String?

        init(_ cell: ReconciliationFigures.Cell, _ examples: ReconciliationExamples) {
            let key = ReconciliationExamples.Key(outcome: cell.outcome, finding: cell.finding)
            let shown = examples.rows[key] ?? []
            anchor = "\(cell.outcome.rawValue)-\(cell.finding.rawValue)"
            title =
                "\(cell.rows.words("row", "rows")) \(cell.finding.words), "
                + "\(cell.outcome.rawValue) by the ledger"
            advice = cell.finding.advice(on: cell.outcome)
            rows = shown
            note =
                cell.rows > shown.count
                ? "The first \(shown.count.words) stand here; all of them are in "
                    + "reconciliation.csv." : nil
        }
    }

    /// One of those rows.
    struct RowPart {
        let line: String
        let contact: String
        let kind: String
        let name: String
        let id: String
        let current: String
        let message: String

        init(_ row: RowRecord, _ found: Inquiry.Found) {
            let destination = row.destination?.texts
            line = row.line.words
            contact = row.contact ?? ""
            kind = row.destination?.kind.rawValue ?? ""
            name = destination?.name ?? ""
            id = destination?.id ?? ""
            current = found.contact.map { $0.text == row.contact ? "the same" : $0.text } ?? ""
            message = found.message
        }
    }
}
