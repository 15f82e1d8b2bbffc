/// Why a call did not succeed: classified once, where the answer is decoded.
package struct TransferFailure: Error, Hashable, Sendable {
    /// What to do about it.
    package enum Advice: Hashable, Sendable {
        /// The quota is spent: try again later, at no cost to the row.
        case throttled(retryAfter: Duration?)
        /// A passing fault: the same call again, with the same token.
        ///
        /// `mayHaveTakenEffect` is false only where no byte of the request can have arrived;
        /// `retryAfter` is the least wait that was asked for.
        case retry(mayHaveTakenEffect: Bool, retryAfter: Duration? = nil)
        /// Refused for good: the same call will be refused again.
        case permanent
        /// The role may not do this; permanent for the row, and for the run where all calls get it.
        case accessDenied
        /// Only a look at the contact can tell whether the transfer took effect (409, or a 200 that
        /// cannot be read).
        case lookUp
        /// The credentials are missing, expired or wrong: no row can succeed until they are mended.
        case credentials
    }

    /// The service's error code (`ThrottlingException`), or one of ours in the same form.
    package var code: String
    /// The service's message, or a sentence for the operator.
    package var message: String
    package var httpStatus: Int?
    package var requestID: String?
    package var advice: Advice
    /// Whether the service itself answered so. What a filter on the way puts in the place of its answer
    /// tells nothing of what the service did.
    package var isOfService: Bool

    package init(
        code: String, message: String, httpStatus: Int? = nil, requestID: String? = nil,
        advice: Advice, isOfService: Bool = true
    ) {
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
        self.requestID = requestID
        self.advice = advice
        self.isOfService = isOfService
    }

    /// The message, to be followed by another sentence: the service's own may lack a full stop.
    package var sentence: String {
        message.last.map { ".!?".contains($0) } ?? true ? message : message + "."
    }
}
