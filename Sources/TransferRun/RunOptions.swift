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
    /// How long every call may meet a fault before the run gives up for now
    /// (`--wait-for-service`).
    package var unreachableMax = Duration.seconds(30 * 60)

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
    /// Every call met a fault for too long.
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
    /// Nil where the last call met no fault of the service or the network.
    package var silence: Silence?

    package init() {}

    /// That every call meets a fault: 5xx, no answer, no connection.
    package struct Silence: Hashable, Sendable {
        /// What the last call met.
        package var failure: TransferFailure
        /// From the first such call to the last.
        package var lasts: Duration
    }
}
