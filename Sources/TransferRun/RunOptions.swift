package import TransferCore
package import TransferLedger

/// How a run works.
package struct RunOptions: Sendable {
    /// Calls under way at once, at the most.
    package var concurrency = 1024
    package var retry = RetryPolicy()
    /// Whether each contact is looked at before it is transferred, guard or none.
    package var verifies = false
    /// How each operation is paced.
    package var pace: [RowOperation: PaceController.Mode] = Self.documentedQuotas
    /// The share of each quota that is left to others, from 0 to less than 1.
    package var headroom = 0.0
    /// How many rows may go amiss before the run stops; nil where any number may.
    package var failuresMax: FailureLimit?
    /// How long every call may meet a fault before the run gives up for now
    /// (`--wait-for-service`).
    package var unreachableMax = Duration.seconds(30 * 60)

    /// When calls may be made; nil: always.
    package var window: DailyWindow?
    /// When the run is to stop; nil: when it is done.
    package var stopsAt: Timestamp?

    package init() {}

    /// Each operation's documented quota, as a first guess.
    package static let documentedQuotas = Dictionary(
        uniqueKeysWithValues: RowOperation.allCases.map { operation in
            let quota = operation.asOperation.documentedQuota
            let guess = PaceController.Mode.auto(rate: quota.ratePerSecond, burst: quota.burst)
            return (operation, guess)
        })
}

/// Why a run ended.
package enum RunEnding: Hashable, Sendable {
    /// Every row has an outcome.
    case finished
    /// Asked to stop, by a signal.
    case interrupted
    /// The time to stop came that was set.
    case timeIsUp
    /// The credentials are missing or refused.
    case credentials(TransferFailure)
    /// The role may not do this: every call so far was refused.
    case accessDenied(TransferFailure)
    /// Every call met a fault for too long.
    case unreachable(TransferFailure)
    /// More rows failed or are uncertain than may.
    case failures(FailureCount)
    /// All is done but for the rows of so many groups, whose first transfers were refused.
    case heldBack(groups: Int)

    /// The word for it in the ledger.
    package var word: String {
        switch self {
        case .finished: "finished"
        case .interrupted: "interrupted"
        case .timeIsUp: "stop time reached"
        case .credentials: "credentials refused"
        case .accessDenied: "access denied"
        case .unreachable: "service unreachable"
        case .failures: "too many failures"
        case .heldBack: "held back"
        }
    }
}

/// How far a run is: what a progress line shows.
package struct RunProgress: Hashable, Sendable {
    /// The job's totals, as committed.
    package var totals = ControlTotals()
    /// TransferContact calls answered by this run.
    package var calls = 0
    package var throttled = 0
    package var inFlight = 0
    /// Calls a second that are aimed at.
    package var rate = 0.0
    /// Whether `rate` was given or measured, and is not a guess any more.
    package var isRateKnown = false
    /// Groups of rows that are held back, in the order in which it was found.
    package var held: [HeldGroup] = []
    /// Nil where the last call met no fault of the service or the network.
    package var silence: Silence?
    /// Rows done a second in the last minute; nil while that cannot be told.
    package var rowsPerSecond: Double?
    /// Nil where nothing moves.
    package var timeLeft: TimeLeft?
    /// What keeps it from sending for now.
    package var pause = Pause()

    package init() {}

    /// That every call meets a fault: 5xx, no answer, no connection.
    package struct Silence: Hashable, Sendable {
        /// What the last call met.
        package var failure: TransferFailure
        /// From the first such call to the last.
        package var lasts: Duration
    }
}
