package import TransferCore

/// AWS's Service Quotas: what an account may call in a second, where it was raised too.
///
/// The role needs `servicequotas:GetServiceQuota`; without it there is nothing but the documented
/// defaults.
package final class ServiceQuotas: Sendable {
    private let caller: ServiceCaller

    /// - Parameter configuration: where Service Quotas is, not Connect.
    package init(
        configuration: ClientConfiguration, credentials: any CredentialProvider,
        surroundings: ClientSurroundings
    ) {
        caller = ServiceCaller(
            .serviceQuotas, region: configuration.region, endpoint: configuration.endpoint,
            credentials: CredentialCache(credentials, now: surroundings.now),
            surroundings: surroundings)
    }

    /// Says how many calls a second the account may make of an operation in the Region
    /// (GetServiceQuota); nil for an operation of which Service Quotas keeps no account.
    package func ratePerSecond(
        of operation: Operation
    ) async throws(TransferFailure) -> Answer<Double?> {
        guard let code = operation.quotaCode else { return Answer(nil, requestID: nil) }
        let response = try await caller.answer(to: try .getServiceQuota(code))
        return Answer(
            try AnswerDecoding.ratePerSecond(response), requestID: response.requestID)
    }
}
