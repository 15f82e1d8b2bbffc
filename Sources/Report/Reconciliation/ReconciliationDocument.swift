import TransferCore
import TransferLedger

/// `reconciliation.json`: its shape is a promise, written down in `reconciliation.schema.json`.
///
/// What there is no value for is left out. A change that could break a reader raises `schema`.
struct ReconciliationDocument: Encodable {
    var schema = 1
    var generatedAt: String
    var version: String
    var job: SummaryDocument.JobPart
    var reconciliation: ReconciliationPart
    var matched: Int
    var exceptions: Int
    /// Rows whose outcome this reconciliation settled.
    var settled: Int
    var controlTotals: ControlTotalsPart
    var findings: [FindingPart]
    var ledger: LedgerPart
    var chain: SummaryDocument.ChainPart
    var table: TablePart

    init(_ figures: ReconciliationFigures, _ options: ReportOptions) {
        generatedAt = options.generatedAt.iso8601
        version = options.version
        job = SummaryDocument.JobPart(figures.job)
        reconciliation = ReconciliationPart(figures.reconciliation)
        matched = figures.totals.matched
        exceptions = figures.totals.exceptions
        settled = figures.settled
        controlTotals = ControlTotalsPart(figures)
        findings = figures.cells.map(FindingPart.init)
        ledger = LedgerPart(id: figures.ledgerID, path: figures.ledgerPath)
        chain = SummaryDocument.ChainPart(figures.chain)
        table = TablePart(sha256: figures.tableSHA256)
    }
}

extension ReconciliationDocument {
    struct ReconciliationPart: Encodable {
        /// Within its ledger.
        var number: Int64
        var startedAt: String
        var endedAt: String?
        var calledAs: String?
        var host: String
        var user: String
        var processId: Int
        var version: String

        init(_ reconciliation: Reconciliation) {
            number = reconciliation.number
            startedAt = reconciliation.startedAt.iso8601
            endedAt = reconciliation.endedAt?.iso8601
            calledAs = reconciliation.callers
            host = reconciliation.worker.host
            user = reconciliation.worker.user
            processId = Int(reconciliation.worker.processID)
            version = reconciliation.worker.version
        }
    }

    /// The rows from three sides.
    struct ControlTotalsPart: Encodable {
        var input: InputSide
        var ledger: SummaryDocument.TotalsPart
        var service: ServicePart
        var addsUp: Bool

        struct InputSide: Encodable { var rows: Int }

        init(_ figures: ReconciliationFigures) {
            input = InputSide(rows: figures.job.rows)
            ledger = SummaryDocument.TotalsPart(figures.ledger)
            service = ServicePart(figures)
            addsUp = figures.addsUp
        }
    }

    struct ServicePart: Encodable {
        var transferred: Int
        var notTransferred: Int
        /// It could not be asked, knows no such contact, or its word does not tell.
        var untold: Int
        /// There was nothing to ask for.
        var notAsked: Int
        /// To be asked for still.
        var toGo: Int

        init(_ figures: ReconciliationFigures) {
            notTransferred = figures.totals[ServiceSide.notTransferred]
            untold = figures.totals[ServiceSide.untold]
            notAsked = figures.totals[ServiceSide.notAsked]
            toGo = figures.unasked
            transferred = figures.totals[ServiceSide.transferred]
        }
    }

    struct FindingPart: Encodable {
        var outcome: String
        var finding: String
        var rows: Int
        var matched: Bool
        var advice: String

        init(_ cell: ReconciliationFigures.Cell) {
            outcome = cell.outcome.rawValue
            finding = cell.finding.rawValue
            rows = cell.rows
            matched = cell.isMatched
            advice = cell.finding.advice(on: cell.outcome)
        }
    }

    struct LedgerPart: Encodable {
        var id: String
        var path: String
    }

    struct TablePart: Encodable {
        var file = "reconciliation.csv"
        var sha256: String
    }
}
