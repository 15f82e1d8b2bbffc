import TransferCore
import TransferLedger

/// `summary.json`: its shape is a promise, written down in `summary.schema.json`.
///
/// What there is no value for is left out. A change that could break a reader raises `schema`.
struct SummaryDocument: Encodable {
    var schema = 1
    var generatedAt: String
    var version: String
    var ledger: LedgerPart
    var job: JobPart
    var totals: TotalsPart
    var outcomesByCode: [CodePart]
    var destinations: [DestinationPart]
    /// The outcomes whose rows stand in `results.csv`, where it has not all.
    var resultsOnly: [String]?
    var runs: [RunPart]
    var events: [EventPart]
    var calls: [CallPart]
    var latency: LatencyPart?
    var throughput: ThroughputPart?
    var timeline: TimelinePart
    var chain: ChainPart

    init(_ figures: JobFigures, _ options: ReportOptions) {
        generatedAt = options.generatedAt.iso8601
        version = options.version
        ledger = LedgerPart(id: figures.ledgerID)
        job = JobPart(figures.job)
        totals = TotalsPart(figures.totals)
        outcomesByCode = figures.codes.map(CodePart.init)
        destinations = figures.destinations.map(DestinationPart.init)
        resultsOnly = options.only.map { only in
            Outcome.allCases.filter(only.contains).map(\.rawValue)
        }
        events = figures.events.map(EventPart.init)
        runs = figures.runs.enumerated().map { RunPart(number: $0.offset + 1, $0.element) }
        calls = RowOperation.allCases.map {
            CallPart($0, figures.calls.counts[$0] ?? CallFigures.Count())
        }
        latency = figures.calls.latency.map(LatencyPart.init)
        throughput = figures.transferredPerSecond.map {
            ThroughputPart(
                transferredPerSecond: ($0 * 1000).rounded() / 1000,
                activeSeconds: figures.timeline.activity.active.seconds)
        }
        timeline = TimelinePart(figures.timeline)
        chain = ChainPart(figures.chain)
    }
}

extension SummaryDocument {
    struct TotalsPart: Encodable {
        var rows: Int
        var transferred: Int
        var failed: Int
        var skipped: Int
        var rejected: Int
        var uncertain: Int
        var pending: Int

        init(_ totals: ControlTotals) {
            rows = totals.rows
            transferred = totals[.transferred]
            failed = totals[.failed]
            skipped = totals[.skipped]
            rejected = totals[.rejected]
            uncertain = totals[.uncertain]
            pending = totals[.pending]
        }
    }

    struct CodePart: Encodable {
        var outcome: String
        var code: String
        var rows: Int
        var advice: String
        var exampleMessage: String?

        init(_ totals: CodeTotals) {
            outcome = totals.outcome.rawValue
            code = totals.code
            rows = totals.rows
            advice = Advice.sentence(for: totals.code, totals.outcome)
            exampleMessage = totals.exampleMessage
        }
    }

    struct DestinationPart: Encodable {
        var kind: String
        var id: String?
        var name: String?
        var rows: Int
        var transferred: Int

        init(_ totals: DestinationTotals) {
            kind = totals.destination.kind.rawValue
            id = totals.destination.id
            name = totals.destination.name
            rows = totals.rows
            transferred = totals.transferred
        }
    }
}
