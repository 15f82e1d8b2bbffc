import Mustache
import TransferCore
import TransferLedger

/// `summary.html`: one file that needs nothing else, no network, and no script to be read.
///
/// The rows that need a person stand in a block of data, from which a script fills the table; the
/// first of them stand in the table as well, for browsers that run no scripts.
struct SummaryPage {
    private let figures: JobFigures
    private let options: ReportOptions
    private let templates: PageTemplates

    /// Rows that stand in the table without a script.
    static let staticRowsMax = 100
    /// Rows, runs, causes, destinations and events that their tables show.
    static let listMax = 200

    init(_ figures: JobFigures, _ options: ReportOptions) throws {
        self.figures = figures
        self.options = options
        templates = try PageTemplates()
    }

    /// Writes the page; its rows go straight from the ledger into the file.
    func write(to file: inout ReportFile, rowsFrom reader: LedgerReader) throws {
        var rows = RowData()
        let amiss = figures.totals.amiss
        // Before the page's head, which says how many rows there is room for.
        if amiss > 0 {
            try reader.forEachRow(
                of: figures.job, outcomes: Outcome.amiss, limit: RowData.rowsMax
            ) { rows.add($0) }
        }
        let content = PageContent(figures, options, rows: rows.count, templates: templates)
        try file.write(templates.top.render(content).utf8)
        try reader.forEachRow(
            of: figures.job, outcomes: Outcome.amiss,
            limit: amiss > 0 ? min(Self.staticRowsMax, rows.count) : 0
        ) { row in
            try file.write(templates.row.render(RowPart(row)).utf8)
        }
        try file.write(templates.rest.render(content).utf8)
        if amiss > 0 { try rows.write(to: &file) }
        try file.write(templates.end.render(content).utf8)
    }
}

/// A row of the page's table.
private struct RowPart {
    let line: String
    let contact: String
    let kind: String
    let name: String
    let id: String
    let outcome: String
    let code: String
    let message: String

    init(_ row: RowRecord) {
        let destination = row.destination?.texts
        line = row.line.words
        contact = row.contact ?? ""
        kind = row.destination?.kind.rawValue ?? ""
        name = destination?.name ?? ""
        id = destination?.id ?? ""
        outcome = row.outcome.rawValue
        code = row.code ?? ""
        message = row.reason ?? ""
    }
}

extension Outcome {
    /// Those that need a person.
    static let amiss: Set<Outcome> = [.failed, .uncertain, .rejected]
}
