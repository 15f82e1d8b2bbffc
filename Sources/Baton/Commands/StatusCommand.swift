import ArgumentParser
import Report
import TransferCore
import TransferLedger

/// `baton status [JOB]`: how a job stands, also while a run is working on it.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows how a job stands, from the ledger.")

    @Argument(help: "The job's id, or its beginning. Default: the one at work, else the newest.")
    var job: String?

    @Flag(help: "Follow a running job, once a second, until its run ends; Ctrl-C ends the watch.")
    var watch = false

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try Ledger(path: ledger.path, whereAbsent: .fail)
        let job = try await store.jobToWatch(job)
        if watch {
            return try await StatusWatch(
                job: job, ledger: store, isJSON: output.output == .json
            ).follow()
        }
        let standing = try await JobStanding(job, in: store)
        switch output.output {
        case .json: try Console.json(JobState(standing))
        case .text: try Console.data(standing.text)
        }
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
