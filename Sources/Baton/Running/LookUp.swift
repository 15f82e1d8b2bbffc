import ConnectClient
import Intake
import TransferCore
import TransferLedger
import TransferRun

/// Looks up what a job's rows name, before anything is sent, and says what was found.
struct LookUp {
    var directory: any InstanceDirectory
    var needs: RouteNeeds
    var console: Console

    /// Queues, each of which is a call, that are looked up before anyone wonders.
    private static let queuesUnsaid = 20
    /// Attempts at a look-up that rows can be sent without.
    private static let attemptsMax = 2

    init(
        _ client: ConnectClient, _ configuration: ClientConfiguration, needs: RouteNeeds,
        console: Console
    ) {
        self.needs = needs
        // Without a call to STS the account is not known; one process speaks for one.
        let owner = QuotaOwner(
            account: "\(configuration.endpoint)", region: configuration.region)
        var policy = RetryPolicy()
        if !needs.hasNames { policy.attemptsMax = Self.attemptsMax }
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
            throw LookUpError(subject: .contacts, failure: failure)
        }
    }

    private func find(_ job: Job, in ledger: Ledger) async throws {
        let lock = try JobLock(job, of: ledger)
        // Another process may have done it before the lock was free.
        let isDone = try await ledger.read { try $0.job(job.id)?.resolvedAt != nil }
        if isDone { return }
        if needs.ids(.queue) > Self.queuesUnsaid {
            let time = Duration.seconds(
                Double(needs.ids(.queue)) / Operation.describeQueue.documentedQuota.ratePerSecond)
            console.say("Looking up \(needs.ids(.queue).of("queue")), in about \(time.words).")
        }
        let gaps: Resolution.Gaps
        do {
            gaps = try await Resolution.resolve(job, in: ledger, by: directory) { .now }
        } catch let failure as TransferFailure {
            throw LookUpError(subject: .names, failure: failure)
        }
        _ = consume lock
        if let failure = gaps.stoppedBy {
            console.detail("Nothing was looked up (\(failure.code)): \(failure.sentence)")
        }
        for (kind, failure) in gaps.notLookedUp {
            console.say(
                "The \(kind.noun)s were not looked up (\(failure.code)): \(failure.sentence) "
                    + "Rows are sent as they stand.")
        }
    }
}

/// Why what rows name, or the contacts themselves, could not be looked up.
struct LookUpError: Error {
    enum Subject { case names, contacts }

    var subject: Subject
    var failure: TransferFailure

    var status: ExitStatus {
        switch failure.advice {
        case .credentials, .accessDenied: .credentials
        case .permanent: .inputRefused
        default: .unreachable
        }
    }

    var sentence: String {
        "\(what) (\(failure.code)): \(failure.sentence) \(remedy)"
    }

    private var what: String {
        switch subject {
        case .names: "What the rows name could not be looked up"
        case .contacts: "The contacts could not be looked at"
        }
    }

    private var remedy: String {
        switch (failure.advice, subject) {
        case (.accessDenied, .names):
            "Give the role the rights to list and describe, or ids instead of names."
        case (.accessDenied, .contacts):
            "Give the role connect:DescribeContact and connect:ListAssociatedContacts."
        case (.permanent, _): "Nothing was transferred. Check --instance and --region."
        default: "Nothing was transferred. Try again."
        }
    }
}
