import ConnectClient
import Report
import TransferCore
import TransferLedger
import TransferRun
import UnixSignals

/// Reconciles a job from its lock to its report.
struct Reconciler {
    var job: Job
    var ledger: Ledger
    /// How the job's own account and Region are called.
    var configuration: ClientConfiguration
    var network: NetworkOptions
    var environment: [String: String]
    var flags: ReconcileFlags
    var output: OutputOptions

    private var console: Console { output.console }

    /// - Throws: `LedgerError` `.held` where another process works on the job, which is named.
    func run() async throws -> ExitStatus {
        do {
            return try await runLocked()
        } catch let error as LedgerError where error.code == .held {
            throw try await ledger.namingHolder(of: job)
        }
    }

    private func runLocked() async throws -> ExitStatus {
        let lock = try JobLock(job, of: ledger)
        try flags.writer.prepare(for: job)
        var reconciliation = try await ledger.beginReconciliation(of: job, by: .current, at: .now)
        let before = try await ledger.read { [reconciliation] in
            try $0.findingTotals(reconciliation.number)
        }
        say(before, since: reconciliation)
        let ending = try await ask(reconciliation)
        reconciliation =
            try await ledger.read { [job] in
                try $0.lastReconciliation(of: job)
            } ?? reconciliation
        let totals = try await ledger.read { [reconciliation] in
            try $0.findingTotals(reconciliation.number)
        }
        if let reason = ending.reasonToReconcileLater { Console.complain(reason) }
        // First, since nothing else would have it written again if the other files could not be.
        let files = try await untilStopped(
            again: "baton reconcile \(job.id)", wasStopped: ending == .interrupted
        ) { [self, reconciliation] in
            try await renewReport(totals, before)
            return try await flags.writer.write(reconciliation, of: job, from: ledger)
        }
        _ = consume lock
        try ReconciliationState(job, reconciliation, totals, files).tell(as: output)
        return ExitStatus(ending) ?? ExitStatus(totals, rows: job.rows)
    }

    private func say(_ before: FindingTotals, since reconciliation: Reconciliation) {
        let left = job.rows - before.rows
        let rate = Operation.describeContact.documentedQuota.ratePerSecond
        let time = Duration.seconds(Double(left) / flags.expectedRate(or: rate)).words
        console.say(
            before.rows == 0
                ? "Asking Amazon Connect for \(left.of("row")), in about \(time)."
                : "Going on with the reconciliation of \(reconciliation.startedAt.toTheSecond): "
                    + "\(before.rows.of("row")) done, \(left.grouped) to go, about \(time).",
            LogEvent(word: "plan"))
    }

    /// Asks while watching for signals and showing the progress.
    private func ask(_ reconciliation: Reconciliation) async throws -> RunEnding {
        let homes = try await ledger.read { [job] in
            try $0.homes(of: job, unaskedBy: reconciliation.number)
        }
        let services = try JobServices(
            homes: homes, own: configuration, network, environment: environment)
        await services.prepareCredentials()
        let run = ReconcileRun(
            job, ledger: ledger, lanes: try await lanes(services, homes),
            options: flags.runOptions)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let line = ReconcileLine(console: console)
        // Before the first call: untrapped they would end the program on the spot.
        let signals = await StopSignals.trapped()
        return try await withThrowingTaskGroup(of: RunEnding?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await run.run(reconciliation, stops: stops) { line.update($0) }
            }
            group.addTask { [console] in
                try await hear(
                    signals, console, lost: "What was not committed is asked for again."
                ) { stop.yield() }
                return nil
            }
            group.addTask {
                await line.show()
                return nil
            }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            return .interrupted
        }
    }

    /// The services that are asked, with the quotas that are remembered where none is given.
    private func lanes(_ services: JobServices, _ homes: [HomeRows]) async throws -> [RunLane] {
        var lanes = services.lanes(of: homes)
        for (index, service) in services.all.enumerated() {
            lanes[index].caller = service.caller
            for operation in [RowOperation.describeContact, .listAssociatedContacts]
            where operation != .describeContact || flags.rate == .auto {
                guard
                    let quota = try await ledger.remembered(operation, at: service.place)
                else { continue }
                lanes[index].pace[operation] = .likely(rate: quota.rate, burst: quota.burst ?? 0)
            }
        }
        return lanes
    }

    /// Writes the job's own report again where this reconciliation has settled rows.
    private func renewReport(_ totals: FindingTotals, _ before: FindingTotals) async throws {
        let settled =
            totals[.transferred, .transferredAfterAll] - before[.transferred, .transferredAfterAll]
        // Those of an earlier process count too, which may not have come to the report.
        guard totals[.transferred, .transferredAfterAll] > 0 else { return }
        let files = try await flags.reporting.writer.write(job, from: ledger)
        try await ledger.noteReport(of: job, in: files.directory, at: .now)
        guard settled > 0 else { return }
        console.say(
            "\(settled.of("uncertain row")) \(settled == 1 ? "was" : "were") transferred after all: "
                + "the ledger says so now, and the report is written again.",
            LogEvent(word: "settled", fields: ["rows": .whole(settled)]))
    }
}

extension ReconcileFlags {
    /// The rate that an estimate goes by.
    fileprivate func expectedRate(or usual: Double) -> Double {
        if case .fixed(let rate) = rate { rate } else { usual }
    }
}

extension RunEnding {
    /// Why a reconciliation ended early, and what to do; nil where it finished.
    fileprivate var reasonToReconcileLater: String? {
        switch self {
        case .finished, .timeIsUp, .failures, .heldBack: nil
        case .interrupted: "Stopped early, as asked. The same command goes on."
        case .credentials(let failure) where failure.httpStatus == nil:
            "Without credentials nothing can be asked. \(failure.sentence) Then try again."
        case .credentials(let failure):
            "The credentials were refused (\(failure.code)): \(failure.sentence) "
                + failure.credentialRemedy(andThen: "try again")
        case .accessDenied(let failure):
            "Every call was refused (\(failure.code)): \(failure.sentence) Give the role "
                + "connect:DescribeContact and connect:ListAssociatedContacts, then try again."
        case .unreachable(let failure):
            "\(failure.meets) for too long (\(failure.code)): \(failure.sentence) "
                + "The same command goes on."
        }
    }
}

extension ExitStatus {
    /// What a reconciliation comes to.
    init(_ totals: FindingTotals, rows: Int) {
        self = totals.rows < rows ? .stoppedEarly : totals.exceptions > 0 ? .someFailed : .done
    }
}
