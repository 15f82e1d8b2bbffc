import TransferCore
import TransferLedger

extension PageContent {
    /// The control totals, as a sum.
    struct TotalsPart {
        let outcomes: [OutcomePart]
        let sum: String
        let inputRows: String
        let addsUp: Bool
        /// The bar's description, for those who do not see it.
        let bar: String

        /// - Parameter counted: the same, counted row by row; nil where nobody did.
        init(_ totals: ControlTotals, counted: ControlTotals? = nil, inputRows: Int) {
            let rows = totals.rows
            var start = 0
            outcomes = Outcome.allCases.map { outcome in
                let count = totals[outcome]
                defer { start += count }
                return OutcomePart(outcome, count, after: start, of: rows)
            }
            sum = rows.words
            self.inputRows = inputRows.words("row", "rows")
            addsUp = rows == inputRows && counted ?? totals == totals
            bar = outcomes.filter(\.isPresent).map { "\($0.name) \($0.rows)" }
                .joined(separator: ", ")
        }
    }

    /// How many rows have an outcome, and where they stand in the bar (in 1000ths).
    struct OutcomePart {
        let name: String
        let meaning: String
        let rows: String
        let share: String
        let isPresent: Bool
        let barStart: String
        let barWidth: String

        init(_ outcome: Outcome, _ count: Int, after start: Int, of all: Int) {
            let whole = Double(max(all, 1))
            name = outcome.rawValue
            meaning = Self.meaning(outcome)
            rows = count.words
            share = Self.share(Double(count) / whole * 100)
            isPresent = count > 0
            barStart = (Double(start) / whole * 1000).rounded(toPlaces: 2)
            // A single row among a million stays in sight.
            barWidth = max(Double(count) / whole * 1000, 2).rounded(toPlaces: 2)
        }

        /// Never 0.0 % or 100.0 % for what is only near it.
        private static func share(_ percent: Double) -> String {
            if percent > 0, percent < 0.05 { return "< 0.1 %" }
            if percent < 100, percent >= 99.95 { return "> 99.9 %" }
            return percent.words(digits: 1) + " %"
        }

        private static func meaning(_ outcome: Outcome) -> String {
            switch outcome {
            case .transferred: "The service accepted the transfer."
            case .failed: "The service refused it."
            case .skipped: "There was nothing to do, or the contact had moved."
            case .rejected: "The row is invalid and was not sent."
            case .uncertain: "It may have been transferred; nobody could tell."
            case .pending: "Not done yet."
            }
        }
    }

    /// Rows with the same outcome for the same cause, and what to do about them.
    struct CausePart {
        let outcome: String
        let code: String
        let rows: String
        let advice: String
        /// Where the first of them stand in the input; nil where that would not help.
        let lines: String?
        /// Whether the page's table has them.
        let isListed: Bool
        /// What the link to them says.
        let shown: String

        private init(_ outcome: Outcome, _ code: String?, _ rows: Int, _ lines: [Int] = []) {
            self.outcome = outcome.rawValue
            self.code = code ?? "–"
            self.rows = rows.words
            advice = Advice.sentence(for: code, outcome)
            self.lines = Self.words(lines, of: rows)
            isListed = Outcome.amiss.contains(outcome) && code != nil
            shown = rows == 1 ? "the row" : "the \(rows.words) rows"
        }

        /// `Lines 4, 17 and 23.`
        private static func words(_ lines: [Int], of rows: Int) -> String? {
            guard let last = lines.last else { return nil }
            let numbers = lines.map(\.words)
            let more = rows - lines.count
            if more > 0 {
                return "Lines \(numbers.joined(separator: ", ")) and \(more.words) more."
            }
            return lines.count == 1
                ? "Line \(last.words)."
                : "Lines \(numbers.dropLast().joined(separator: ", ")) and \(last.words)."
        }

        /// The causes of all rows that were not transferred: they too add up to the totals.
        static func all(_ figures: JobFigures) -> [CausePart] {
            let order: [Outcome] = [.failed, .uncertain, .rejected, .pending, .skipped]
            return order.flatMap { outcome in
                let coded = figures.codes.filter { $0.outcome == outcome }
                let rest = figures.totals[outcome] - coded.reduce(0) { $0 + $1.rows }
                let causes = coded.map {
                    CausePart(
                        outcome, $0.code, $0.rows, figures.causeLines[outcome, $0.code])
                }
                return rest > 0 ? causes + [CausePart(outcome, nil, rest)] : causes
            }
        }
    }

    /// How many rows go to one destination.
    struct DestinationPart {
        let kind: String
        let name: String?
        let id: String
        let rows: String
        let transferred: String
        let others: String
        /// Of their bar, in 1000ths of the largest destination's.
        let transferredWidth: String
        let othersWidth: String

        init(_ totals: DestinationTotals, largest: Int) {
            kind = totals.destination.kind.rawValue
            (name, id) = totals.destination.texts
            rows = totals.rows.words
            transferred = totals.transferred.words
            others = (totals.rows - totals.transferred).words
            let unit = 1000 / Double(max(largest, 1))
            transferredWidth = (Double(totals.transferred) * unit).rounded(toPlaces: 1)
            othersWidth =
                (Double(totals.rows - totals.transferred) * unit).rounded(toPlaces: 1)
        }
    }
}

extension Double {
    /// For an attribute: `12.5`, without a comma between thousands.
    func rounded(toPlaces digits: Int) -> String {
        words(digits: digits).filter { $0 != "," }
    }
}

extension RowDestination {
    /// The name and the id as a page shows them.
    var texts: (name: String?, id: String) {
        kind == .flow ? (nil, "decides") : (name, id ?? "")
    }
}
