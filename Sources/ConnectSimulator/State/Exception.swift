/// The exceptions of the service: those that its model has for our operations, then the front
/// door's.
package enum Exception: String, Hashable, Sendable, CaseIterable {
    case invalidRequest = "InvalidRequestException"
    case invalidParameter = "InvalidParameterException"
    case serviceQuotaExceeded = "ServiceQuotaExceededException"
    case accessDenied = "AccessDeniedException"
    case resourceNotFound = "ResourceNotFoundException"
    case contactNotFound = "ContactNotFoundException"
    case contactFlowNotPublished = "ContactFlowNotPublishedException"
    case idempotency = "IdempotencyException"
    case throttling = "ThrottlingException"
    case internalService = "InternalServiceException"

    case serviceUnavailable = "ServiceUnavailableException"
    case missingAuthenticationToken = "MissingAuthenticationTokenException"
    case unrecognizedClient = "UnrecognizedClientException"
    case expiredToken = "ExpiredTokenException"
    case invalidSignature = "InvalidSignatureException"
    case incompleteSignature = "IncompleteSignatureException"
    case unknownOperation = "UnknownOperationException"

    /// The status of the service model; for the front door's, what AWS's endpoints are seen to send.
    package var httpStatus: Int {
        switch self {
        case .invalidRequest, .invalidParameter, .incompleteSignature: 400
        case .serviceQuotaExceeded: 402
        case .accessDenied, .missingAuthenticationToken, .unrecognizedClient, .expiredToken,
            .invalidSignature:
            403
        case .resourceNotFound, .contactFlowNotPublished, .unknownOperation: 404
        case .idempotency: 409
        case .contactNotFound: 410
        case .throttling: 429
        case .internalService: 500
        case .serviceUnavailable: 503
        }
    }
}

/// Why a call was refused: an exception and a sentence.
package struct Refusal: Error, Hashable, Sendable {
    package let exception: Exception
    package let message: String

    package init(_ exception: Exception, _ message: String) {
        self.exception = exception
        self.message = message
    }
}
