import Mustache
import TransferCore
import TransferLedger

/// `reconciliation.html`: one file that needs nothing else, no network and no script, and that a
/// person signs.
struct ReconciliationPage {
    private let content: ReconciliationContent
    private let template: MustacheTemplate

    init(
        _ figures: ReconciliationFigures, _ examples: ReconciliationExamples,
        _ options: ReportOptions
    ) throws {
        PageTemplates.registerContentType()
        template = try PageTemplates.template(
            PackageResources.reconciliation_mustache, "reconciliation")
        let style =
            PageTemplates.style
            + String(decoding: PackageResources.reconciliation_css, as: UTF8.self)
        content = ReconciliationContent(figures, examples, options, style: style)
    }

    func write(to file: inout ReportFile) throws {
        try file.write(template.render(content).utf8)
    }
}

/// What the template names, as it is shown.
struct ReconciliationContent {
    let style: String
    /// Permits the page's own style sheet alone.
    let nonce: String
    let headline: String
    let tone: String
    let jobID: String
    let inputName: String
    let summary: String
    let isUnfinished: Bool
    let sides: [SidePart]
    let inputRows: String
    let ledgerRows: String
    let serviceRows: String
    let addsUp: Bool
    let whyNot: String
    let settledNote: String?
    let cells: [CellPart]
    let matched: String
    let exceptions: String
    let groups: [GroupPart]
    let provenance: [PageContent.FactPart]
    let tableWords: String
    let statement: String
    let hashes: [PageContent.FactPart]
    let generatedAt: String
    let version: String

    init(
        _ figures: ReconciliationFigures, _ examples: ReconciliationExamples,
        _ options: ReportOptions, style: String
    ) {
        let job = figures.job
        self.style = style
        nonce = job.id.text + job.input.sha256
        headline = Self.headline(figures)
        tone = figures.totals.exceptions > 0 ? "amiss" : figures.isComplete ? "good" : "open"
        jobID = job.id.text
        inputName = job.input.name
        summary = Self.summary(figures)
        isUnfinished = !figures.isComplete
        sides = SidePart.all(figures)
        inputRows = job.rows.words
        ledgerRows = figures.ledger.rows.words
        serviceRows = figures.totals.rows.words
        addsUp = figures.addsUp
        whyNot = Self.whyNot(figures)
        settledNote = Self.settledNote(figures)
        cells = figures.cells.map(CellPart.init)
        matched = figures.totals.matched.words
        exceptions = figures.totals.exceptions.words("exception", "exceptions")
        groups = figures.cells.filter { !$0.isMatched }.map { GroupPart($0, examples) }
        provenance = Self.provenance(figures)
        tableWords =
            options.only == nil
            ? "every row with what was found of it"
            : "the rows of the outcomes that --only named, with what was found of them"
        statement = Self.statement(figures)
        hashes = Self.hashes(figures)
        generatedAt = options.generatedAt.words
        version = options.version
    }

    private static func headline(_ figures: ReconciliationFigures) -> String {
        let (rows, totals) = (figures.job.rows, figures.totals)
        guard rows > 0 else { return "The input holds no rows: there was nothing to ask for." }
        guard totals.rows > 0 else { return "No row has been looked into yet." }
        let all = figures.isComplete ? rows.words("row", "rows") : "\(totals.rows.words) rows"
        let rest =
            figures.isComplete
            ? "" : " \(figures.unasked.words("row is", "rows are")) still to be asked for."
        if totals.exceptions == 0 {
            let whole = rows == 1 ? "the one row" : "all \(all)"
            let subject =
                figures.isComplete ? whole : "\(totals.rows.words("row", "rows")) so far"
            return "Amazon Connect agrees with the ledger on \(subject).\(rest)"
        }
        let matched = totals.matched == 0 ? "none of" : "\(totals.matched.words) of"
        return "Amazon Connect agrees with the ledger on \(matched) \(all); "
            + "\(totals.exceptions.words) \(totals.exceptions == 1 ? "needs" : "need") you.\(rest)"
    }

    private static func summary(_ figures: ReconciliationFigures) -> String {
        let reconciliation = figures.reconciliation
        guard let endedAt = reconciliation.endedAt else {
            return "Amazon Connect is asked since \(reconciliation.startedAt.words) UTC."
        }
        return "Amazon Connect was asked from \(reconciliation.startedAt.words) to "
            + "\(endedAt.words) UTC. What it said then may have changed since."
    }

    private static func whyNot(_ figures: ReconciliationFigures) -> String {
        if !figures.isComplete {
            return "\(figures.unasked.words("row is", "rows are")) still to be asked for."
        }
        let differing = Outcome.allCases.filter { figures.ledger[$0] != figures.totals[$0] }
        return "The ledger has changed since: "
            + differing.map {
                "\(figures.ledger[$0].words) are \($0.rawValue) now, \(figures.totals[$0].words) were then"
            }.joined(separator: "; ") + ". Reconcile again."
    }

    private static func settledNote(_ figures: ReconciliationFigures) -> String? {
        guard figures.settled > 0 else { return nil }
        return "\(figures.settled.words("row was", "rows were")) uncertain and proved to have been "
            + "transferred; the ledger says so since, with the new contact as the evidence."
    }

    private static func statement(_ figures: ReconciliationFigures) -> String {
        let totals = figures.totals
        return "Of \(figures.job.rows.words("row", "rows")) of the input, "
            + "\(totals.rows.words) were held against Amazon Connect: "
            + "\(totals.matched.words) matched, "
            + "\(totals.exceptions.words("exception", "exceptions")). The ledger has "
            + "\(totals[Outcome.transferred].words) of them as transferred, Amazon Connect "
            + "\(totals[ServiceSide.transferred].words)."
    }

    private static func hashes(_ figures: ReconciliationFigures) -> [PageContent.FactPart] {
        [
            .init("Input SHA-256", figures.job.input.sha256),
            .init("Table SHA-256", figures.tableSHA256),
            .init("Ledger", figures.ledgerID),
            .init("Ledger chain", figures.chainWords),
            .init("Reconciliation", "\(figures.reconciliation.number)"),
        ]
    }

    private static func provenance(_ figures: ReconciliationFigures) -> [PageContent.FactPart] {
        let (job, reconciliation) = (figures.job, figures.reconciliation)
        let worker = reconciliation.worker
        return [
            .init("Job", job.id.text),
            .init("Input", job.input.name),
            .init("Size", job.input.bytes.words("byte", "bytes")),
            .init("Rows", job.rows.words),
            .init("Input SHA-256", job.input.sha256),
            .init("reconciliation.csv", "SHA-256 \(figures.tableSHA256)"),
            .init("Ledger", "\(figures.ledgerID), \(figures.ledgerPath)"),
            .init("Ledger chain", figures.chainWords),
            .init("Reconciliation", "number \(reconciliation.number) of its ledger"),
            .init("Begun", reconciliation.startedAt.words + " UTC"),
            .init("Ended", reconciliation.endedAt.map { $0.words + " UTC" } ?? "not yet"),
            .init("Region", job.options.region),
            .init("Endpoint", job.options.endpoint),
            .init("Instance", job.options.instance?.text ?? "named in the rows"),
            .init("Called as", reconciliation.callers ?? "not known"),
            .init(
                "Run by",
                "\(worker.user) on \(worker.host), process \(worker.processID), "
                    + "Baton \(worker.version)"),
        ]
    }
}

extension ReconciliationFigures {
    /// The head of the chain, and how long that is.
    fileprivate var chainWords: String {
        "\(chain.head) after \(chain.length.words("entry", "entries"))"
    }
}
