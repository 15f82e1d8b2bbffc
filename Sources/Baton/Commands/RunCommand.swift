import ArgumentParser
import ConnectClient
import FoundationEssentials
import Intake
import Report
import TransferCore
import TransferLedger
import TransferRun

/// `baton run FILE`: input to report.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Transfers the contacts of a CSV and writes the report.",
        discussion: """
            The same file with the same options again is the same job: it goes on where it \
            stopped, and does nothing once it is finished.
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var network: NetworkOptions
    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var flags: RunFlags
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let status = try await Self.run(
            input, network, ledger, flags, output,
            environment: ProcessInfo.processInfo.environment)
        throw status.code
    }

    /// The whole of it, for `demo` as well.
    static func run(
        _ input: InputOptions, _ network: NetworkOptions, _ ledger: LedgerOptions,
        _ flags: RunFlags, _ output: OutputOptions, environment: [String: String]
    ) async throws -> ExitStatus {
        StopSignals.endAtOnce()
        let console = output.console
        let configuration = try network.configuration(environment: environment)
        console.detail("Region \(configuration.region), endpoint \(configuration.endpoint).")
        let store = try Ledger(path: ledger.path, whereAbsent: .create)
        let stored = try await input.ingest(
            into: store, network: network, configuration: configuration,
            environment: environment, console: console)
        return try await go(
            stored.job, in: store, at: ledger, configuration: configuration,
            network, flags, output, environment: environment)
    }

    /// Asks, and works on a stored job; says so where there is nothing to do.
    static func go(
        _ job: Job, in ledger: Ledger, at place: LedgerOptions,
        configuration: ClientConfiguration, _ network: NetworkOptions, _ flags: RunFlags,
        _ output: OutputOptions, environment: [String: String]
    ) async throws -> ExitStatus {
        let console = output.console
        Console.concern(job.id)
        guard try await ledger.read({ try $0.totals(job) })[.pending] > 0 else {
            return try await finished(job, in: ledger, flags, output)
        }
        if !flags.dryRun {
            try await ledger.checkFree(job)
            if !flags.yes { try Confirmation.checkCanAsk(about: job) }
        }
        try await ledger.check()
        if !flags.dryRun { try flags.reporting.writer.prepare(for: job) }
        let resumption = Resumption(ledger: place, network: network, flags: flags)
            .command(for: job)
        let services = try JobServices(
            homes: try await ledger.read { try $0.homes(of: job) }, own: configuration, network,
            environment: environment)
        await services.prepareCredentials()
        if job.resolvedAt == nil {
            let needs = try await ledger.read { try $0.routeNeeds(of: job) }
            let lookUp = LookUp(
                services, needs: needs, console: console,
                patience: flags.waitForService.duration)
            do {
                try await lookUp.resolve(job, in: ledger)
            } catch let error as LookUpError {
                Console.complain(error.sentence)
                return try await put(off: job, in: ledger, error.status, output, resumption)
            }
        }
        // After the look-up, which may have rejected rows.
        let (totals, destinations, homes) = try await ledger.read {
            (
                try $0.totals(job), try $0.destinations(job, outcomes: [.pending]),
                try $0.homes(of: job)
            )
        }
        guard totals[.pending] > 0 else {
            return try await finished(job, in: ledger, flags, output)
        }
        let confirmation = Confirmation(
            job: job, totals: totals, destinations: destinations, homes: homes,
            rate: flags.expectedRate,
            isRateKnown: flags.rate != .auto, overlaps: try await Overlap.find(job, in: ledger))
        if flags.dryRun { return try rehearse(job, totals, confirmation, output, resumption) }
        if flags.yes {
            console.say(confirmation.text, LogEvent(word: "plan"))
        } else if !confirmation.ask() {
            console.say("Nothing was transferred. This starts it: \(resumption)")
            if output.output == .json { try Console.json(JobState(job, totals)) }
            return .stoppedEarly
        }
        let runner = JobRunner(
            job: job, ledger: ledger, services: services, homes: homes, flags: flags,
            output: output, resumption: resumption,
            goOn: Resumption(ledger: place).command(for: job))
        return try await runner.run()
    }

    /// Says what would be sent. As with `check`, invalid rows are what the status tells.
    private static func rehearse(
        _ job: Job, _ totals: ControlTotals, _ confirmation: Confirmation, _ output: OutputOptions,
        _ resumption: String
    ) throws -> ExitStatus {
        switch output.output {
        case .text: try Console.data(confirmation.text)
        case .json: try Console.json(JobState(job, totals))
        }
        output.console.say("Nothing was transferred: --dry-run. This starts it: \(resumption)")
        return totals[.rejected] > 0 ? .inputRefused : .done
    }

    /// Says how to go on with a job of which nothing was sent.
    private static func put(
        off job: Job, in ledger: Ledger, _ status: ExitStatus, _ output: OutputOptions,
        _ resumption: String
    ) async throws -> ExitStatus {
        let totals = try await ledger.read { try $0.totals(job) }
        output.console.say("\(totals[.pending].of("row")) to go: \(resumption)")
        if output.output == .json { try Console.json(JobState(job, totals)) }
        return status
    }

    /// Says that there is nothing to do, and ends as a run does where no report tells of the last one:
    /// no row needed one, or its process was killed before the report was written.
    private static func finished(
        _ job: Job, in ledger: Ledger, _ flags: RunFlags, _ output: OutputOptions
    ) async throws -> ExitStatus {
        let (totals, isReported) = try await ledger.read {
            (try $0.totals(job), try $0.isReported(job))
        }
        output.console.say(
            "Job \(job.id) is finished, \(totals.words). There is nothing to do.")
        var report: ReportFiles?
        if !isReported, !flags.dryRun {
            let files = try await untilStopped(again: "baton report \(job.id)") {
                try await flags.writeReport(of: job, from: ledger)
            }
            output.console.say("Report: \(files.page)")
            await flags.watching.finish(
                job, .finished, ExitStatus(totals), files, output.console)
            report = files
        }
        if output.output == .json {
            try Console.json(JobState(job, totals, report: report?.directory))
        }
        if flags.dryRun { return totals[.rejected] > 0 ? .inputRefused : .done }
        return ExitStatus(totals)
    }
}

/// `baton ingest FILE`: the first half of `run`.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Stores the job of a CSV and prints its id; `resume` starts it.")

    @OptionGroup var input: InputOptions
    @OptionGroup var network: NetworkOptions
    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let configuration = try network.configuration(environment: environment)
        let store = try Ledger(path: ledger.path, whereAbsent: .create)
        let job = try await input.ingest(
            into: store, network: network, configuration: configuration,
            environment: environment, console: output.console
        ).job
        switch output.output {
        case .text: try Console.data(job.id.text)
        case .json:
            let totals = try await store.read { try $0.totals(job) }
            try Console.json(JobState(job, totals))
        }
    }
}
