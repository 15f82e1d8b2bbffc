package import TransferCore

/// AWS's Service Quotas: what an account may call in a second, where it was raised too.
///
/// The role needs `servicequotas:GetServiceQuota`; without it there is nothing but the documented
/// defaults.
package final class ServiceQuotas: Sendable {
    private let caller: ServiceCaller

    init(_ caller: ServiceCaller) { self.caller = caller }

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

    /// Asks as an identity that STS has just named, with no second look for credentials.
    ///
    /// - Parameters:
    ///   - region: whose quotas they are.
    ///   - profile, environment: for Service Quotas' own endpoint.
    package convenience init(
        _ identity: Identity, region: String, profile: String?, environment: [String: String],
        surroundings: ClientSurroundings
    ) throws(ConnectClientError) {
        let settings = try ClientSettings(profile: profile, environment: environment)
        self.init(
            configuration: ClientConfiguration(
                region: region, endpoint: try settings.endpoint(of: .serviceQuotas, in: region)),
            credentials: KnownCredentials(found: identity.found), surroundings: surroundings)
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

private struct KnownCredentials: CredentialProvider {
    let found: FoundCredentials

    func credentials() -> FoundCredentials? { found }
}
