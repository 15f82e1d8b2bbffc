import ConnectClient
import Intake
import TransferCore
import TransferLedger
import TransferRun

/// Looks up what a job's rows name, before anything is sent, and says what was found.
struct LookUp {
    private let directories: Directories
    var needs: RouteNeeds
    var console: Console
    /// How long to wait for a service that is down.
    var patience: Duration

    /// Queues, each of which is a call, that are looked up before anyone wonders.
    private static let queuesUnsaid = 20
    /// Between two tries at a service that is down, each of several calls.
    private static let pause = Duration.seconds(5)
    /// Attempts at a look-up that rows can be sent without.
    private static let attemptsMax = 2
    /// How long nothing is said of a look-up.
    private static let silenceMax = Duration.seconds(3)
    /// Attempts at one that is begun anew while the service is down: a second or so.
    private static let attemptsAtOnce = 4

    init(
        _ services: JobServices, needs: RouteNeeds, console: Console, patience: Duration = .zero
    ) {
        self.needs = needs
        self.patience = patience
        var policy = RetryPolicy()
        if !needs.hasNames {
            policy.attemptsMax = Self.attemptsMax
        } else if patience > .zero {
            policy.attemptsMax = Self.attemptsAtOnce
        }
        policy.unsentMax = policy.attemptsMax
        directories = services.directories(policy)
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
            try await ContactReview(directories, now: { .now }).review(
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
        let clock = ContinuousClock()
        let start = clock.now
        var isSaid = false
        while true {
            do {
                return try await findAtOnce(job, in: ledger)
            } catch let error as LookUpError where error.status == .unreachable {
                guard clock.now + Self.pause - start < patience else { throw error }
                let words = "\(error.cause) Trying again, for \(patience.words) in all."
                if !isSaid { console.say(words, LogEvent(word: "silence")) }
                isSaid = true
                try await clock.sleep(for: Self.pause)
            }
        }
    }

    /// Says after a while what is being waited for.
    private func sayWhereSlow() async {
        // Cancelled where the look-up is through by then.
        guard (try? await Task.sleep(for: Self.silenceMax)) != nil else { return }
        console.say("Still looking up what the rows name.", LogEvent(word: "look-up"))
    }

    private func findAtOnce(_ job: Job, in ledger: Ledger) async throws {
        let lock = try JobLock(job, of: ledger)
        // Another process may have done it before the lock was free.
        let isDone = try await ledger.read { try $0.job(job.id)?.resolvedAt != nil }
        if isDone { return }
        if needs.ids(.queue) > Self.queuesUnsaid {
            let time = Duration.seconds(
                Double(needs.ids(.queue)) / Operation.describeQueue.documentedQuota.ratePerSecond)
            console.say("Looking up \(needs.ids(.queue).of("queue")), in about \(time.words).")
        }
        async let _ = sayWhereSlow()
        let gaps: Resolution.Gaps
        do {
            gaps = try await Resolution.resolve(job, in: ledger, by: directories) { .now }
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

    var sentence: String { "\(cause) \(remedy)" }

    var cause: String { "\(what) (\(failure.code)): \(failure.sentence)" }

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
