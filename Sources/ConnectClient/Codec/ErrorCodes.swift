/// The service's error codes by what they ask for, where the status alone does not tell.
enum ErrorCodes {
    /// botocore 1.44.0, retries/standard.py.
    static let throttling: Set<String> = [
        "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException",
        "PriorRequestNotComplete", "ProvisionedThroughputExceededException",
        "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
        "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
        "TransactionInProgressException",
    ]

    /// botocore 1.44.0, retries/standard.py and special.py, and Connect's own.
    static let transient: Set<String> = [
        "IDPCommunicationError", "InternalServiceException", "RequestTimeout",
        "RequestTimeoutException",
    ]

    /// Refusals at AWS's front door that other credentials may mend ("Common errors").
    static let credentials: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
        "IncompleteSignatureException", "InvalidAccessKeyId", "InvalidClientTokenId",
        "InvalidToken", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
        "TokenRefreshRequired", "UnrecognizedClientException",
    ]

    /// Refusals that a wrong clock brings about, among other causes (aws-sdk-js-v3,
    /// service-error-classification).
    static let clock: Set<String> = [
        "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture",
        "RequestTimeTooSkewed", "SignatureDoesNotMatch",
    ]
}
