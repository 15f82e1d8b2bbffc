/// Decides whether a call outside a run is made again: at most so often, and after what wait.
package struct CallAttempts: Sendable {
    private let policy: RetryPolicy
    private var failures = 0
    private var refusals = 0

    /// Refusals for want of quota after which a call is given up: others leave nothing of it.
    package static let refusalsMax = 50

    package init(_ policy: RetryPolicy = RetryPolicy()) { self.policy = policy }

    package enum Decision: Hashable, Sendable {
        /// Again after this wait, and when the pace allows.
        case again(after: Duration)
        case giveUp
    }

    /// Hears of a failure of the call, which only reads: it may be made again whether or not it
    /// arrived.
    package mutating func failed(
        _ failure: TransferFailure, using rng: inout some RandomNumberGenerator
    ) -> Decision {
        switch failure.advice {
        case .throttled:
            refusals += 1
            return refusals < Self.refusalsMax ? .again(after: .zero) : .giveUp
        case .retry(_, let retryAfter):
            failures += 1
            guard failures < policy.attemptsMax else { return .giveUp }
            let wait = policy.wait(afterFailure: failures, using: &rng)
            return .again(after: max(wait, retryAfter ?? .zero))
        case .permanent, .accessDenied, .lookUp, .credentials: return .giveUp
        }
    }
}
