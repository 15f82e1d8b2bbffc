package import TransferCore
package import TransferLedger

/// A job as `--output json` shows it.
package struct JobState: Encodable, Sendable {
    var job: String
    var input: String
    var createdAt: String
    var region: String
    var endpoint: String
    var rows: Int
    var totals: [String: Int]
    /// What became of it so far, in a sentence.
    var headline: String
    var isFinished: Bool
    /// What is going on with it; only where that was asked.
    var state: String?
    var report: String?
    /// The run that is at work; only where that was asked.
    var run: WorkingRun?

    package init(_ job: Job, _ totals: ControlTotals, report: String? = nil) {
        self.job = job.id.text
        input = job.input.name
        createdAt = job.createdAt.toTheSecond
        region = job.options.region
        endpoint = job.options.endpoint
        rows = job.rows
        self.totals = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map { ($0.rawValue, totals[$0]) })
        headline = Headline(totals).sentence
        isFinished = totals[.pending] == 0
        self.report = report
    }
}

extension JobState {
    /// With the run that is at work.
    package init(_ standing: JobStanding) {
        self.init(standing.job, standing.totals)
        state = standing.phase.rawValue
        run = standing.working.map { WorkingRun($0, standing.state, at: standing.at) }
    }
}

/// A run that is at work, as `status --output json` shows it.
package struct WorkingRun: Encodable, Sendable {
    var processID: Int32
    var host: String
    var user: String
    var startedAt: String
    /// The rest is of its last commit, and absent before the first.
    var pausedBy: String?
    var waitsUntil: String?
    var rowsPerSecond: Double?
    var rateAimedAt: Double?
    var calls: Int?
    var throttled: Int?
    var inFlight: Int?
    /// Closed hours of a window included.
    var secondsLeft: Int?
    var rowsAtStop: Int?

    init(_ run: RunRecord, _ state: RunState?, at now: Timestamp) {
        processID = run.worker.processID
        host = run.worker.host
        user = run.worker.user
        startedAt = run.startedAt.toTheSecond
        guard let state else { return }
        pausedBy = state.pause.askedBy
        waitsUntil = state.pause.opensAt?.toTheSecond
        rowsPerSecond = state.rowsPerSecond
        rateAimedAt = state.rate
        (calls, throttled, inFlight) = (state.calls, state.throttled, state.inFlight)
        secondsLeft = state.timeLeft?.endsAt.map { max(0, Int(($0 - now).seconds.rounded())) }
        rowsAtStop = state.timeLeft?.rowsAtStop
    }
}
