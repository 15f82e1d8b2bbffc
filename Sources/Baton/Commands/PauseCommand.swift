import ArgumentParser
import Report
import TransferCore
import TransferLedger

/// `baton pause [JOB]`: lets a run wait.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Lets the process that works on a job send nothing until `baton resume JOB`.")

    @Argument(help: "The job's id, or its beginning. Default: the only one that is worked on.")
    var job: String?

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let status = try await ledger.ask(.pause, ofJob: job, output) { job in
            "Job \(job.id) is paused: nothing more is sent. It goes on by: "
                + Resumption(ledger: ledger).command(for: job)
        }
        throw status.code
    }
}

/// `baton pace [JOB]`: changes how fast a run sends.
struct PaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pace",
        abstract: "Changes how fast the process that works on a job sends.")

    @Argument(help: "The job's id, or its beginning. Default: the only one that is worked on.")
    var job: String?

    @Option(help: "Calls a second, or 'auto' to find the quota.")
    var rate: RunFlags.Rate

    @Option(help: "Calls that may be made at once after a rest; goes with --rate N.")
    var burst: Double?

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { try rate.check(burst: burst) }

    func run() async throws {
        guard let mode = rate.mode(burst: burst) else { return }
        let words =
            if case .fixed(let rate) = rate { "at \(rate.short) a second" } else {
                "at the quota, which it finds"
            }
        let status = try await ledger.ask(.pace(mode), ofJob: job, output) { job in
            "Job \(job.id) goes on \(words)."
        }
        throw status.code
    }
}

extension LedgerOptions {
    /// Asks something of the run that works on a job, and says what came of it; where none does,
    /// the status is that of the job as it stands.
    fileprivate func ask(
        _ kind: Wish.Kind, ofJob prefix: String?, _ output: OutputOptions,
        done: (Job) -> String
    ) async throws -> ExitStatus {
        let store = try Ledger(path: path, whereAbsent: .fail)
        guard let job = try await store.jobAtWork(prefix) else {
            return try output.nothingToDo(in: path)
        }
        let totals = try await store.read { try $0.totals(job) }
        let isHeld = try JobLock.isHeld(job, of: store)
        if isHeld {
            try await store.ask(kind, of: job)
            output.console.say(done(job))
        } else if totals[.pending] == 0 {
            output.console.say("Job \(job.id) is finished, \(totals.words). Nobody works on it.")
        } else {
            output.console.say(
                "Nobody works on job \(job.id), so nothing is being sent. This starts it: "
                    + Resumption(ledger: self).command(for: job))
        }
        if output.output == .json { try Console.json(JobState(job, totals)) }
        return isHeld ? .done : ExitStatus(totals)
    }
}
