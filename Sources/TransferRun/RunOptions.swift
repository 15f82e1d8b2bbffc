package import TransferCore

/// How a run works.
package struct RunOptions: Sendable {
    /// Calls under way at once, at the most.
    package var concurrency = 64
    package var retry = RetryPolicy()
    /// Whether each contact is looked at before it is transferred, guard or none.
    package var verifies = false
    /// How each operation is paced.
    package var pace: [RowOperation: PaceController.Mode] = Self.documentedQuotas
    /// The share of each quota that is left to others, from 0 to less than 1.
    package var headroom = 0.0
    /// How long no call at all may be answered before the run gives up for now.
    package var unreachableMax = Duration.seconds(120)

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
    /// The credentials are missing or refused.
    case credentials(TransferFailure)
    /// The role may not do this: every call so far was refused.
    case accessDenied(TransferFailure)
    /// No call was answered for too long.
    case unreachable(TransferFailure)

    /// The word for it in the ledger.
    package var word: String {
        switch self {
        case .finished: "finished"
        case .interrupted: "interrupted"
        case .credentials: "credentials refused"
        case .accessDenied: "access denied"
        case .unreachable: "service unreachable"
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
    /// Nil where the last call was answered.
    package var silence: Silence?

    package init() {}

    /// That no call is answered.
    package struct Silence: Hashable, Sendable {
        /// What the last call met.
        package var failure: TransferFailure
        /// From the first call without an answer to the last.
        package var lasts: Duration
    }
}
