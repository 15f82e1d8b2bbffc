import ArgumentParser
import ConnectClient
import FoundationEssentials
import Report
import TransferCore
import TransferLedger
import TransferRun

/// `baton resume [JOB]`: goes on with a job, or starts one that was only stored.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Goes on with a job that was stopped or paused, or starts one that was stored.")

    @Argument(help: "The job's id, or its beginning. Default: the only unfinished job.")
    var job: String?

    @OptionGroup var network: NetworkOptions
    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var flags: RunFlags
    @OptionGroup var output: OutputOptions

    func run() async throws {
        StopSignals.endAtOnce()
        let environment = ProcessInfo.processInfo.environment
        let store = try Ledger(path: ledger.path, whereAbsent: .fail)
        guard let job = try await selected(in: store) else {
            throw try output.nothingToDo(in: ledger.path).code
        }
        if try await endPause(of: job, in: store) { return }
        let configuration = try network.configuration(of: job, environment: environment)
        let status = try await RunCommand.go(
            job, in: store, at: ledger, configuration: configuration, network,
            flags, output, environment: environment)
        throw status.code
    }

    /// Lets a run go on that another process has paused; false where there is none.
    private func endPause(of job: Job, in ledger: Ledger) async throws -> Bool {
        guard let state = try await ledger.stateOfRun(at: job), state.pause.askedBy != nil else {
            return false
        }
        try await ledger.ask(.goOn, of: job)
        output.console.say(
            "Job \(job.id) goes on, in the process that was paused and with that one's options.")
        if output.output == .json {
            try Console.json(JobState(job, try await ledger.read { try $0.totals(job) }))
        }
        return true
    }

    private func selected(in ledger: Ledger) async throws -> Job? {
        guard let job else { return try await ledger.unfinishedJob() }
        return try await ledger.job(named: job)
    }
}

/// `baton retry JOB`: puts rows back to pending.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Puts a job's failed and uncertain rows back to pending; `resume` sends them.",
        discussion: """
            Rows that were rejected since what they name is not there or not in use are put back \
            too, and looked up again: enable the queue, publish the flow, then retry. What is \
            wrong in a row itself is mended in the file: retry.csv has those rows.
            """)

    @Argument(help: "The job's id, or its beginning.")
    var job: String

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try Ledger(path: ledger.path, whereAbsent: .fail)
        let job = try await store.job(named: job)
        try await store.checkFree(job)
        let lock = try JobLock(job, of: store)
        let count = try await store.putBack(job, at: .now)
        _ = consume lock
        let totals = try await store.read { try $0.totals(job) }
        let resumption = Resumption(ledger: ledger).command(for: job)
        output.console.say(
            count == 0
                ? "Job \(job.id) has no row that another try could help, so nothing was put back."
                : "\(count.of("row")) put back to pending. Send them: \(resumption)"
        )
        if output.output == .json { try Console.json(JobState(job, totals)) }
    }
}
