package import TransferCore

/// One process working on a job.
package struct RunRecord: Sendable, Hashable {
    /// The key within this ledger.
    package var number: Int64
    package var startedAt: Timestamp
    /// Nil while it works, and for ever where it was killed.
    package var endedAt: Timestamp?
    package var worker: RunWorker
    package var settings: RunSettings
    /// Why it ended, in the words of ``RunEnding``; nil as `endedAt` is.
    package var ending: String?
}

/// Who runs it, and where.
package struct RunWorker: Sendable, Hashable {
    package var host: String
    package var user: String
    package var processID: Int32
    /// The id of the machine's start: before and after it a process id means different processes.
    package var bootID: String
    /// The version of Baton.
    package var version: String

    package init(host: String, user: String, processID: Int32, bootID: String, version: String) {
        self.host = host
        self.user = user
        self.processID = processID
        self.bootID = bootID
        self.version = version
    }
}

/// What a run was told, for the reports.
package struct RunSettings: Sendable, Hashable {
    /// `auto`, or the rate and burst that were given, such as `50/s, burst 75`.
    package var pace: String
    package var concurrency: Int
    package var attemptsMax: Int

    package init(pace: String, concurrency: Int, attemptsMax: Int) {
        self.pace = pace
        self.concurrency = concurrency
        self.attemptsMax = attemptsMax
    }
}

/// One call to the service for one row, to be committed.
package struct CallRecord: Sendable, Hashable {
    package var row: Int
    package var operation: RowOperation
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    /// The time the call took, on a clock that only goes forward.
    package var duration: Duration
    /// Nil on success.
    package var failure: TransferFailure?
    package var requestID: String?
    /// Whether it counts as one of the row's attempts: a transfer call that was neither throttled
    /// nor stopped on its way or at the door; and not where the service was down for all rows.
    package var isAttempt: Bool

    package init(
        row: Int, operation: RowOperation, startedAt: Timestamp, finishedAt: Timestamp,
        duration: Duration, failure: TransferFailure?, requestID: String?
    ) {
        self.row = row
        self.operation = operation
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.duration = duration
        self.failure = failure
        self.requestID = requestID
        isAttempt = operation == .transferContact && Self.isAttempt(failure?.advice)
    }

    /// Whether the call was refused for want of quota.
    package var isThrottled: Bool {
        if case .throttled = failure?.advice { true } else { false }
    }

    private static func isAttempt(_ advice: TransferFailure.Advice?) -> Bool {
        switch advice {
        case .throttled, .credentials, .retry(mayHaveTakenEffect: false, _): false
        default: true
        }
    }
}

/// Something that happened to a run as a whole: a rate found, a pause, an interruption.
package struct RunEvent: Sendable, Hashable {
    package var at: Timestamp
    /// One of those below; a ledger may have others, of another version.
    package var kind: String
    /// A sentence, or a figure with its unit.
    package var detail: String
    /// Transfers a second that are aimed at from now on, where that is what happened.
    package var rate: Double?

    package init(at: Timestamp, kind: String, detail: String, rate: Double? = nil) {
        self.at = at
        self.kind = kind
        self.detail = detail
        self.rate = rate
    }

    /// The rate of transfers was found, or changed.
    package static let rate = "rate"
    /// Service Quotas told another quota than before.
    package static let quota = "quota"
    /// Somebody gave another pace.
    package static let pace = "pace"
    package static let pause = "pause"
    package static let resume = "resume"
    /// Rows were held back with the first of their kind.
    package static let heldBack = "held back"
    /// Rows were put back to pending.
    package static let retry = "retry"
    /// Under which name the service was called.
    package static let caller = "caller"
    /// The service was asked what became of the rows.
    package static let reconciliation = "reconciliation"
    /// A row that nobody knew the outcome of has one.
    package static let settled = "settled"
    /// The report was written.
    package static let report = "report"
}

/// What a run commits together: at most 50 ms or 1,024 rows old.
package struct RunBatch: Sendable {
    package var calls: [CallRecord] = []
    package var outcomes: [RowOutcome] = []
    package var events: [RunEvent] = []
    /// Rows claimed and certainly not transferred: no longer in doubt.
    package var released: [Int] = []
    /// How the run stands with this; nil where that is nobody's business.
    package var state: RunState?

    package init() {}

    package var isEmpty: Bool {
        calls.isEmpty && outcomes.isEmpty && events.isEmpty && released.isEmpty
    }
}
