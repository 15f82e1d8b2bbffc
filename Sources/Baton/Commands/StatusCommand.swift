import ArgumentParser
import TransferCore
import TransferLedger

/// `baton status [JOB]`: how a job stands, also while a run is working on it.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows how a job stands, from the ledger.")

    @Argument(help: "The job's id, or its beginning. Default: the newest job.")
    var job: String?

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try Ledger(path: ledger.path, whereAbsent: .fail)
        let job = try await store.jobOrNewest(job)
        let (totals, runs) = try await store.read { (try $0.totals(job), try $0.runs(job)) }
        switch output.output {
        case .json: try Console.json(JobState(job, totals))
        case .text: try Console.data(text(job, totals, runs))
        }
    }

    private func text(_ job: Job, _ totals: ControlTotals, _ runs: [RunRecord]) -> String {
        var lines = [
            "Job \(job.id) of \(job.createdAt.toTheSecond)",
            "Input: \(job.input.name), SHA-256 \(job.input.sha256)",
            "Endpoint: \(job.options.endpoint), Region \(job.options.region)",
        ]
        lines += Outcome.allCases.map { "\(totals[$0].grouped.padded(to: 9))  \($0.rawValue)" }
        lines.append("\(totals.rows.grouped.padded(to: 9))  rows in all")
        lines += runs.enumerated().map { index, run in
            let end =
                run.endedAt.map { "to \($0.toTheSecond), \(run.ending ?? "")" } ?? "without an end"
            return "Run \(index + 1): \(run.startedAt.toTheSecond) \(end), "
                + "process \(run.worker.processID) on \(run.worker.host)"
        }
        return lines.joined(separator: "\n")
    }
}

/// `baton jobs`: all jobs of a ledger.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Lists the jobs of a ledger, the newest first.")

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try Ledger(path: ledger.path, whereAbsent: .fail)
        let jobs = try await store.read { reader in
            try reader.jobs().map { ($0, try reader.totals($0)) }
        }
        if output.output == .json {
            return try Console.json(jobs.map { JobState($0.0, $0.1) })
        }
        for (job, totals) in jobs {
            try Console.data(
                "\(job.id)  \(job.createdAt.toTheSecond)  \(totals.words)  \(job.input.name)")
        }
        if jobs.isEmpty { output.console.say("There is no job in \(ledger.path) yet.") }
    }
}
