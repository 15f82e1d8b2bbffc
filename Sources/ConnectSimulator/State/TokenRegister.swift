import DequeModule

/// The client tokens that have made a transfer, and the answer that each must get again.
///
/// A refused call leaves no token behind: nothing was done that must not be done twice.
package struct TokenRegister: Sendable {
    /// What a token is found to be.
    package enum Finding: Hashable, Sendable {
        case unknown
        /// The same call again: this was its answer.
        case repeated(Transfer)
        /// The token of another call.
        case taken
    }

    private var transfers: [String: Transfer] = [:]
    private var inOrder: Deque<(token: String, expires: Moment)> = []

    package init() {}

    /// Says what is known of the token of a call; tokens whose life is over are forgotten first.
    package mutating func finding(
        for parameters: TransferParameters, at now: Moment
    ) -> Finding {
        forgetExpired(at: now)
        guard let token = parameters.token, let made = transfers[token] else { return .unknown }
        return made.parameters == parameters ? .repeated(made) : .taken
    }

    /// Keeps the token of a call that made a transfer.
    package mutating func keep(_ transfer: Transfer) {
        guard let token = transfer.token else { return }
        transfers[token] = transfer
        inOrder.append((token, transfer.at + UndocumentedAnswer.tokenLifetime))
    }

    private mutating func forgetExpired(at now: Moment) {
        while let oldest = inOrder.first, oldest.expires <= now {
            inOrder.removeFirst()
            transfers[oldest.token] = nil
        }
    }
}
