import ArgumentParser
import ConnectClient
import FoundationEssentials
import Report
import TransferCore
import TransferLedger
import TransferRun

/// `baton reconcile JOB`: holds what the ledger says against what Amazon Connect says now.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Asks Amazon Connect what became of each of a job's contacts.",
        discussion: """
            A transfer that was accepted has started a flow; whether the contact landed, this tells. \
            One that was stopped goes on where it was; one that is complete is begun anew, since \
            contacts move on. Exit status 0 where Connect says of every row what the ledger says, 1 \
            where there are exceptions, 75 where it was stopped early.
            """)

    @Argument(help: "The job's id, or its beginning. Default: the newest job.")
    var job: String?

    @Flag(help: "Ask nothing: write the files of the last reconciliation again.")
    var report = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var flags: ReconcileFlags
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try Ledger(path: ledger.path, whereAbsent: .fail)
        let job = try await store.jobOrNewest(job)
        Console.concern(job.id)
        if report { return try await writeAgain(job, from: store) }
        StopSignals.endAtOnce()
        let environment = ProcessInfo.processInfo.environment
        let configuration = try network.configuration(of: job, environment: environment)
        let reconciler = Reconciler(
            job: job, ledger: store, configuration: configuration, network: network,
            environment: environment, flags: flags, output: output)
        throw try await reconciler.run().code
    }

    private func writeAgain(_ job: Job, from ledger: Ledger) async throws {
        guard let last = try await ledger.read({ try $0.lastReconciliation(of: job) }) else {
            throw LedgerError(
                .noSuchJob,
                "Job \(job.id) has not been reconciled. `baton reconcile \(job.id)` does so.")
        }
        let files = try await untilStopped(again: "baton reconcile \(job.id) --report") {
            [flags] in try await flags.writer.write(last, of: job, from: ledger)
        }
        let totals = try await ledger.read { try $0.findingTotals(last.number) }
        try ReconciliationState(job, last, totals, files).tell(as: output)
        throw ExitStatus(totals, rows: job.rows).code
    }
}

/// How a reconciliation works.
struct ReconcileFlags: ParsableArguments {
    @Option(
        help: """
            DescribeContact calls a second, or 'auto' to find the quota. ListAssociatedContacts, \
            which few rows need, finds its own.
            """)
    var rate = RunFlags.Rate.auto

    @Option(help: "Calls that may be made at once after a rest; goes with --rate N.")
    var burst: Double?

    @Option(
        name: .customLong("wait-for-service"),
        help: ArgumentHelp(
            "How long to wait for a service that is down, such as 90s, 30m or 2h.",
            valueName: "duration"))
    var waitForService = WaitingTime.usual

    @OptionGroup var reporting: ReportingOptions

    func validate() throws { try rate.check(burst: burst) }

    var runOptions: RunOptions {
        var options = RunOptions()
        options.concurrency = OpenFiles.room(forCalls: options.concurrency)
        options.unreachableMax = waitForService.duration
        if case .fixed(let rate) = rate {
            options.pace[.describeContact] = .fixed(rate: rate, burst: burst ?? 1)
        }
        return options
    }

    var writer: ReconciliationWriter {
        ReconciliationWriter(directory: reporting.directory, options: reporting.options)
    }
}
