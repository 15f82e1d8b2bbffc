import TransferCore
import TransferLedger

/// What both summaries say of a job, read in one transaction.
struct JobFigures {
    let job: Job
    let totals: ControlTotals
    let codes: [CodeTotals]
    let destinations: [DestinationTotals]
    let runs: [RunRecord]
    let events: [RunEvent]
    let ledgerID: String
    private(set) var causeLines = CauseLines()
    /// Row by row: a ledger that another program changed may say something else elsewhere.
    private(set) var counted = ControlTotals()
    let chain: ChainState
    private(set) var calls = CallFigures()
    private(set) var timeline = Timeline()

    init(_ job: Job, from reader: LedgerReader) throws {
        self.job = job
        totals = try reader.totals(job)
        codes = try reader.outcomesByCode(job)
        destinations = try reader.destinations(job)
        runs = try reader.runs(job)
        events = try reader.events(job)
        ledgerID = try reader.ledgerID()
        chain = try reader.chain(of: job)
    }

    /// Takes what a row tells of time and of causes.
    mutating func add(_ row: RowRecord) {
        causeLines.add(row)
        counted[row.outcome] += 1
        guard row.outcome == .transferred, let finishedAt = row.finishedAt else { return }
        timeline.addTransferred(at: finishedAt)
    }

    /// Takes all calls of the job.
    mutating func addCalls(from reader: LedgerReader) throws {
        try reader.forEachCall(of: job) { call in
            calls.add(call)
            timeline.add(call)
        }
        timeline.coarsenToShow()
    }

    /// The rates that the runs found or were given, in order.
    var rates: [(at: Timestamp, rate: Double)] {
        events.compactMap { event in event.rate.map { (event.at, $0) } }
    }

    /// Transferred rows a second, over the time in which calls were made; nil where either is nothing.
    var transferredPerSecond: Double? {
        let seconds = timeline.activity.active.seconds
        guard seconds > 0, totals[.transferred] > 0 else { return nil }
        return Double(totals[.transferred]) / seconds
    }
}
