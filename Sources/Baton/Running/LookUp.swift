import ConnectClient
import Intake
import TransferCore
import TransferLedger
import TransferRun

/// Looks up what a job's rows name, before anything is sent, and says what was found.
struct LookUp {
    var directory: any InstanceDirectory
    var console: Console

    /// Attempts at a look-up that rows can be sent without.
    private static let attemptsMax = 2

    init(
        _ client: ConnectClient, _ configuration: ClientConfiguration, hasNames: Bool,
        console: Console
    ) {
        // Without a call to STS the account is not known; one process speaks for one.
        let owner = QuotaOwner(
            account: "\(configuration.endpoint)", region: configuration.region)
        var policy = RetryPolicy()
        if !hasNames { policy.attemptsMax = Self.attemptsMax }
        directory = ConnectDirectory(client, reads: PacedReads(policy: policy), owner: owner)
        self.console = console
    }

    /// The job with ids for names, and with rows rejected whose things are not there or not in use.
    ///
    /// - Throws: ``LookUpError`` where names cannot be found; nothing was sent then.
    func resolve(_ job: Job, in ledger: Ledger) async throws {
        try await find(job, in: ledger)
        for totals in try await ledger.read({ try $0.outcomesByCode(job) }) {
            guard let code = RowCode(rawValue: totals.code), code.isOfDirectory else { continue }
            console.say(
                "\(totals.code), \(totals.rows.of("row")) \(totals.outcome.rawValue): "
                    + (totals.exampleMessage ?? ""))
        }
    }

    /// Resolves a job and looks at each of its contacts; adds what is found to `summary`.
    ///
    /// - Throws: ``LookUpError``.
    func review(
        _ job: Job, in ledger: Ledger, summary: inout IntakeSummary
    ) async throws {
        try await find(job, in: ledger)
        try await Resolution.add(rejectedOf: job, in: ledger, to: &summary)
        let total = summary.valid
        let showsProgress = Console.isTerminal && console.level != .quiet
        defer { if showsProgress { Console.draw("") } }
        do {
            try await ContactReview(directory, now: { .now }).review(
                job, in: ledger, summary: &summary
            ) { done in
                if showsProgress {
                    Console.draw("\(done.grouped)/\(total.grouped) contacts looked at")
                }
            }
        } catch let failure as TransferFailure {
            throw LookUpError(failure: failure)
        }
    }

    private func find(_ job: Job, in ledger: Ledger) async throws {
        let lock = try JobLock(job, of: ledger)
        let gaps: Resolution.Gaps
        do {
            gaps = try await Resolution.resolve(job, in: ledger, by: directory) { .now }
        } catch let failure as TransferFailure {
            throw LookUpError(failure: failure)
        }
        _ = consume lock
        if let failure = gaps.stoppedBy {
            console.detail("Nothing was looked up (\(failure.code)): \(failure.message)")
        }
        for (kind, failure) in gaps.notLookedUp {
            console.say(
                "Each \(kind.noun) is sent as it stands, without a look at whether it is there "
                    + "(\(failure.code)): \(failure.message)")
        }
    }
}

/// Why what rows name could not be looked up.
struct LookUpError: Error {
    var failure: TransferFailure

    var status: ExitStatus {
        switch failure.advice {
        case .credentials, .accessDenied: .credentials
        default: .unreachable
        }
    }

    var sentence: String {
        let remedy =
            switch failure.advice {
            case .accessDenied:
                "Give the role the right, or give ids instead of names; then resume."
            case .credentials: "Then resume."
            default: "Nothing was transferred; resume goes on."
            }
        return "What the rows name could not be looked up (\(failure.code)): \(failure.message) "
            + remedy
    }
}
