import ArgumentParser
import ConnectClient
import FoundationEssentials
import TransferCore
import TransferLedger

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
        let console = output.console
        let configuration = try network.configuration(environment: environment)
        console.detail("Region \(configuration.region), endpoint \(configuration.endpoint).")
        let store = try Ledger(path: ledger.path, whereAbsent: .create)
        let stored = try await input.ingest(
            into: store, network: network, configuration: configuration, console: console)
        return try await go(
            stored.job, in: store, at: ledger, configuration: configuration,
            profile: network.profile, flags, output, environment: environment)
    }

    /// Asks, and works on a stored job; says so where there is nothing to do.
    static func go(
        _ job: Job, in ledger: Ledger, at place: LedgerOptions,
        configuration: ClientConfiguration, profile: String?, _ flags: RunFlags,
        _ output: OutputOptions, environment: [String: String]
    ) async throws -> ExitStatus {
        let console = output.console
        let (totals, destinations) = try await ledger.read {
            (try $0.totals(job), try $0.destinations(job, outcomes: [.pending]))
        }
        guard totals[.pending] > 0 else {
            console.say("Job \(job.id) is finished, \(totals.words). There is nothing to do.")
            if output.output == .json { try Console.json(JobState(job, totals)) }
            return ExitStatus(totals)
        }
        let resumption = Resumption(ledger: place, profile: profile, flags: flags)
            .command(for: job)
        let confirmation = Confirmation(
            job: job, totals: totals, destinations: destinations, rate: flags.expectedRate,
            isRateKnown: flags.rate != .auto)
        if flags.yes {
            console.say(confirmation.text)
        } else if try !confirmation.ask() {
            console.say("Nothing was transferred. This starts it: \(resumption)")
            if output.output == .json { try Console.json(JobState(job, totals)) }
            return .stoppedEarly
        }
        let client = ConnectClient(configuration, profile: profile, environment: environment)
        let runner = JobRunner(
            job: job, ledger: ledger, client: client, flags: flags, output: output,
            resumption: resumption)
        return try await runner.run()
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
        let configuration = try network.configuration(
            environment: ProcessInfo.processInfo.environment)
        let store = try Ledger(path: ledger.path, whereAbsent: .create)
        let job = try await input.ingest(
            into: store, network: network, configuration: configuration, console: output.console
        ).job
        switch output.output {
        case .text: try Console.data(job.id.text)
        case .json:
            let totals = try await store.read { try $0.totals(job) }
            try Console.json(JobState(job, totals))
        }
    }
}
