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
    var services: JobServices
    /// Of the job's rows, as it was said where they go.
    var homes: [HomeRows]
    var flags: RunFlags
    var output: OutputOptions
    /// What to type to go on with the job.
    var resumption: String
    /// What to type elsewhere to end a pause.
    var goOn: String

    private var console: Console { output.console }

    /// Runs the job and writes its report; says what came of it.
    ///
    /// - Throws: `LedgerError` `.held` where another process works on the job, which is named.
    func run() async throws -> ExitStatus {
        do {
            let lock = try JobLock(job, of: ledger)
            return try await asItStands().run(lock)
        } catch let error as LedgerError where error.code == .held {
            throw try await ledger.namingHolder(of: job)
        }
    }

    /// The same with the job as it is once nobody else can change it: `retry` may have put rows back
    /// while the question stood.
    ///
    /// - Throws: `LedgerError` `.overtaken` where such rows are to be looked up first, or go to where
    ///   nothing was said of.
    private func asItStands() async throws -> JobRunner {
        var runner = self
        let isResolved: Bool
        (runner.homes, isResolved) = try await ledger.read { [job] in
            let wasLookedUp = try $0.job(job.id)?.resolvedAt != nil
            return (try $0.homes(of: job), try wasLookedUp || !$0.routeNeeds(of: job).hasNames)
        }
        guard isResolved, Set(runner.homes.map(\.home)).isSubset(of: homes.map(\.home)) else {
            throw LedgerError(
                .overtaken,
                "Rows of job \(job.id) were put back to pending while this command was about to "
                    + "begin, so nothing was sent. This begins with them: \(resumption)")
        }
        return runner
    }

    private func run(_ lock: consuming JobLock) async throws -> ExitStatus {
        try flags.reporting.writer.prepare(for: job)
        let line = ProgressLine()
        let ending = try await transfer(line, try await metricsFile())
        let totals = try await ledger.read { [job] in try $0.totals(job) }
        say(ending, totals, line.progress)
        let files = try await untilStopped(
            again: "baton report \(job.id)", wasStopped: ending == .interrupted
        ) { [flags, job, ledger] in
            try await flags.writeReport(of: job, from: ledger)
        }
        _ = consume lock
        console.say(
            "Report: \(files.page)",
            LogEvent(word: "report", fields: ["path": .text(files.directory)]))
        let status = ExitStatus(ending, totals)
        await flags.watching.finish(job, ending, status, files, console)
        if output.output == .json {
            try Console.json(JobState(job, totals, report: files.directory))
        }
        return status
    }

    private func metricsFile() async throws -> MetricsFile? {
        guard let path = flags.watching.metricsFile else { return nil }
        let totals = try await ledger.read { [job] in try $0.totals(job) }
        return try MetricsFile(path, job: job, totals: totals, console: console)
    }

    /// Transfers while watching for signals and showing the progress.
    private func transfer(
        _ line: ProgressLine, _ metrics: MetricsFile?
    ) async throws -> RunEnding {
        defer { metrics?.finish() }
        var options = flags.runOptions
        boundWindow(of: &options)
        let lanes = try await lanes()
        let run = TransferRun(job, ledger: ledger, lanes: lanes, options: options)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let showsProgress = Console.isTerminal && console.level != .quiet
        let watch = RunWatch(
            console: console, options: options,
            goOn: goOn)
        // Before the first call: untrapped they would end the program on the spot.
        let signals = await StopSignals.trapped()
        return try await withThrowingTaskGroup(of: RunEnding?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await run.run(by: .current, stops: stops) {
                    line.update($0)
                    watch.update($0)
                    metrics?.update($0)
                } onCalls: {
                    metrics?.update($0)
                }
            }
            group.addTask { [console] in
                try await hear(signals, console) { stop.yield() }
                return nil
            }
            group.addTask { [console] in
                if showsProgress { await line.draw() }
                if LogLine.format == .json { await line.log(to: console) }
                return nil
            }
            group.addTask {
                await metrics?.keepWriting()
                return nil
            }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            return .interrupted
        }
    }

    /// The quota that an earlier run found here, if that is not long ago.
    private func remembered(at place: QuotaPlace) async throws -> PaceController.Found? {
        guard let quota = try await ledger.remembered(.transferContact, at: place) else {
            return nil
        }
        if flags.rate == .auto {
            console.detail(
                "Starting at \(quota.rate.short) a second in \(place.region), found on "
                    + "\(quota.foundAt.toTheSecond).")
        }
        return PaceController.Found(
            rate: quota.rate, burst: quota.burst ?? QuotaWatch.usualBurstSeconds * quota.rate)
    }

    /// The services that are called, with the quotas that are remembered where none is given.
    private func lanes() async throws -> [RunLane] {
        var lanes = services.lanes(of: homes)
        for (index, service) in services.all.enumerated() {
            lanes[index].caller = service.caller
            let remembered = try await remembered(at: service.place)
            guard flags.rate == .auto else {
                // For `pace --rate auto`, which may be asked for later.
                lanes[index].likelyQuota = { QuotaNews(remembered) }
                continue
            }
            if let remembered {
                lanes[index].pace[.transferContact] = .likely(
                    rate: remembered.rate, burst: remembered.burst ?? 0)
            }
            let watch = QuotaWatch(
                service.client.serviceQuotas(service.configuration), console: console)
            lanes[index].likelyQuota = { await watch.look() }
        }
        return lanes
    }

    /// Keeps the calls under way to the connections that this process may have.
    private func boundWindow(of options: inout RunOptions) {
        let wanted = options.concurrency
        options.concurrency = OpenFiles.room(forCalls: wanted)
        guard options.concurrency < wanted else { return }
        let words =
            "At most \(options.concurrency.of("call")) under way at once instead of "
            + "\(wanted.grouped): this process may not open more files. "
            + "Raise `ulimit -Hn`, or LimitNOFILE= of its unit, for more."
        // Who did not ask for as many is told only where details are asked for.
        if wanted == RunFlags.concurrencyUsual { console.detail(words) } else { console.say(words) }
    }

    private func say(_ ending: RunEnding, _ totals: ControlTotals, _ progress: RunProgress) {
        if let reason = ending.sentence { Console.complain(reason) }
        console.say("Job \(job.id), \(totals.words).", .progress(progress, word: "ended"))
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
    /// Writes the job's report and notes in the ledger that it is there: a process that was killed
    /// before has the next one write it.
    func writeReport(of job: Job, from ledger: Ledger) async throws -> ReportFiles {
        let files = try await reporting.writer.write(job, from: ledger)
        try await ledger.noteReport(of: job, in: files.directory, at: .now)
        return files
    }
}
