import Mustache
import TransferCore
import TransferLedger

/// `summary.html`: one file that needs nothing else, no network and no script.
struct SummaryPage {
    private let figures: JobFigures
    private let options: ReportOptions
    private let templates: PageTemplates

    /// Rows that the page's table has at the most; `results.csv` has them all.
    static let rowsMax = 10_000
    /// Destinations and events that their tables show.
    static let listMax = 200

    init(_ figures: JobFigures, _ options: ReportOptions) throws {
        self.figures = figures
        self.options = options
        templates = try PageTemplates()
    }

    /// Writes the page; its rows go straight from the ledger into the file.
    func write(to file: inout ReportFile, rowsFrom reader: LedgerReader) throws {
        let content = PageContent(figures, options, style: templates.style)
        try file.write(templates.top.render(content).utf8)
        try reader.forEachRow(of: figures.job, outcomes: Self.amiss, limit: Self.rowsMax) { row in
            try file.write(templates.row.render(RowPart(row)).utf8)
        }
        try file.write(templates.bottom.render(content).utf8)
    }

    private static let amiss: Set<Outcome> = [.failed, .uncertain, .rejected]
}

/// A row of the page's table.
private struct RowPart {
    let line: String
    let contact: String
    let destinationKind: String
    let destinationName: String?
    let destinationID: String
    let outcome: String
    let code: String
    let message: String

    init(_ row: RowRecord) {
        line = row.line.words
        contact = row.contact ?? ""
        destinationKind = row.destination?.kind.rawValue ?? ""
        (destinationName, destinationID) = row.destination?.texts ?? (nil, "")
        outcome = row.outcome.rawValue
        code = row.code ?? ""
        message = row.reason ?? ""
    }
}
