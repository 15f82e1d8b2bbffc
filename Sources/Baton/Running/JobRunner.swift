import ArgumentParser
import ConnectClient
import Report
import Synchronization
import TransferCore
import TransferLedger
import TransferRun
import UnixSignals

/// Works on a stored job from its lock to its report: what `run`, `resume` and `demo` share.
struct JobRunner {
    var job: Job
    var ledger: Ledger
    var client: ConnectClient
    var flags: RunFlags
    var output: OutputOptions
    /// What to type to go on with the job.
    var resumption: String

    /// Quotas change seldom; one found longer ago than this is found again.
    private static let rememberedFor = Duration.seconds(7 * 86_400)
    /// The least burst that documented quotas have for their rate (connect-api.md, 2).
    private static let usualBurstSeconds = 1.5

    private var console: Console { output.console }

    /// Runs the job and writes its report; says what came of it.
    ///
    /// - Throws: `LedgerError` `.held` where another process works on the job, which is named.
    func run() async throws -> ExitStatus {
        do {
            return try await runLocked()
        } catch let error as LedgerError where error.code == .held {
            throw try await namingHolder(error)
        }
    }

    private func runLocked() async throws -> ExitStatus {
        let lock = try JobLock(job, of: ledger)
        try flags.reportWriter.prepare(for: job)
        let line = ProgressLine()
        let ending = try await transfer(line)
        let totals = try await ledger.read { [job] in try $0.totals(job) }
        say(ending, totals, line.progress)
        let files = try await flags.reportWriter.write(job, from: ledger)
        _ = consume lock
        console.say("Report: \(files.page)")
        if output.output == .json {
            try Console.json(JobState(job, totals, report: files.directory))
        }
        return ExitStatus(ending, totals)
    }

    private func namingHolder(_ error: LedgerError) async throws -> LedgerError {
        let runs = try await ledger.read { [job] in try $0.runs(job) }
        guard let holder = runs.last(where: { $0.endedAt == nil }) else { return error }
        return LedgerError(
            .held,
            "Job \(job.id) is being worked on by process \(holder.worker.processID) "
                + "(\(holder.worker.user) on \(holder.worker.host)), "
                + "since \(holder.startedAt.toTheSecond). Wait for it, or stop it.")
    }

    /// Transfers while watching for signals and drawing the progress line.
    private func transfer(_ line: ProgressLine) async throws -> RunEnding {
        let options = try await options()
        let run = TransferRun(job, ledger: ledger, service: client, options: options)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let showsProgress = Console.isTerminal && console.level != .quiet
        let watch = RunWatch(console: console, unreachableMax: flags.runOptions.unreachableMax)
        // Before the first call: untrapped they would end the program on the spot.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: RunEnding?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await run.run(by: .current, stops: stops) {
                    line.update($0)
                    watch.update($0)
                }
            }
            group.addTask { [console] in
                try await hear(signals, console) { stop.yield() }
                return nil
            }
            if showsProgress {
                group.addTask {
                    await line.draw()
                    return nil
                }
            }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            return .interrupted
        }
    }

    /// The flags' options, with the quota that an earlier run found here, if that is not long ago.
    private func options() async throws -> RunOptions {
        var options = flags.runOptions
        guard flags.rate == .auto,
            let quota = try await ledger.read({ [job] reader in
                try reader.quota(of: .transferContact, in: job.options)
            }), Timestamp.now - quota.foundAt < Self.rememberedFor
        else { return options }
        options.pace[.transferContact] = .likely(
            rate: quota.rate, burst: quota.burst ?? Self.usualBurstSeconds * quota.rate)
        console.detail(
            "Starting at \(quota.rate.short) a second, found on \(quota.foundAt.toTheSecond).")
        return options
    }

    private func say(_ ending: RunEnding, _ totals: ControlTotals, _ progress: RunProgress) {
        if let reason = ending.sentence { Console.complain(reason) }
        console.say("Job \(job.id), \(totals.words).")
        if progress.calls > 0 {
            let share = 100 * Double(progress.throttled) / Double(progress.calls)
            console.say(
                "\(progress.calls.of("call")), \(progress.throttled.grouped) throttled "
                    + "(\(share.short) %).")
        }
        if totals[.pending] > 0 {
            console.say("\(totals[.pending].of("row")) to go: \(resumption)")
        }
    }
}

extension RunFlags {
    /// What writes the job's report as these flags say.
    var reportWriter: ReportWriter {
        ReportWriter(
            directory: reports,
            options: ReportOptions(
                exactCSV: exactCSV, generatedAt: .now, version: Version.text))
    }
}

/// Waits for signals: the first drains the run, the second ends the program.
private func hear(
    _ signals: UnixSignalsSequence, _ console: Console, onFirst stop: @Sendable () -> Void
) async throws(ExitCode) {
    let clock = ContinuousClock()
    var stoppedAt: ContinuousClock.Instant?
    for await _ in signals {
        if let stoppedAt {
            // timeout(1) signals the process and then its group: one wish that is heard twice.
            guard stoppedAt.duration(to: clock.now) > .milliseconds(250) else { continue }
            Console.complain("Interrupted twice. Calls under way are looked into by `resume`.")
            throw ExitStatus.interruptedTwice.code
        }
        stoppedAt = clock.now
        if Console.isTerminal { Console.draw("") }
        console.say("Stopping: waiting for the calls under way. Once more to stop at once.")
        stop()
    }
}

/// Says when the service falls silent and when it answers again; with `--verbose` also what the
/// pace does.
private final class RunWatch: Sendable {
    private let console: Console
    private let unreachableMax: Duration
    private let state = Mutex(State())

    private struct State {
        var throttled = 0
        var isSilent = false

        /// Hears how long no call was answered; a call or two are nobody's business.
        mutating func turn(_ silence: RunProgress.Silence?) -> Turn? {
            guard let silence else {
                defer { isSilent = false }
                return isSilent ? .answersAgain : nil
            }
            guard !isSilent, silence.lasts >= RunWatch.silenceMin else { return nil }
            isSilent = true
            return .fellSilent(silence.failure)
        }
    }

    private enum Turn {
        case fellSilent(TransferFailure)
        case answersAgain
    }

    private static let silenceMin = Duration.seconds(3)

    init(console: Console, unreachableMax: Duration) {
        self.console = console
        self.unreachableMax = unreachableMax
    }

    func update(_ progress: RunProgress) {
        let (isThrottled, turn) = state.withLock { state in
            defer { state.throttled = progress.throttled }
            return (progress.throttled > state.throttled, state.turn(progress.silence))
        }
        if isThrottled {
            console.detail(
                "\(progress.throttled.grouped) of \(progress.calls.grouped) calls throttled; "
                    + "going on at \(progress.rate.short) a second.")
        }
        switch turn {
        case .fellSilent(let failure):
            say(
                "No answer (\(failure.code)): \(failure.message) Trying again, for "
                    + "\(unreachableMax.components.seconds) s in all; no row is lost by it.")
        case .answersAgain: say("The service answers again.")
        case nil: break
        }
    }

    private func say(_ text: String) {
        if Console.isTerminal { Console.draw("") }
        console.say(text)
    }
}

extension RunEnding {
    /// Why the run ended early, and what to do; nil where it finished.
    fileprivate var sentence: String? {
        switch self {
        case .finished: nil
        case .interrupted: "Stopped early, as asked. Every row's state is in the ledger."
        case .credentials(let failure) where failure.httpStatus == nil:
            "Without credentials nothing can be sent. \(failure.message) Then resume."
        case .credentials(let failure):
            "The credentials were refused (\(failure.code)): \(failure.message) "
                + "Sign in again, then resume."
        case .accessDenied(let failure):
            "Every call was refused (\(failure.code)): \(failure.message) "
                + "Give the role connect:TransferContact, then resume."
        case .unreachable(let failure):
            "The service has not answered for too long (\(failure.code)): \(failure.message) "
                + "Then resume."
        }
    }
}
