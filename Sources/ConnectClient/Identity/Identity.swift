import TransferCore

/// Who the calls of an operator are made as, by the word of STS.
package struct Identity: Sendable {
    package let caller: CallerIdentity
    /// Which provider answered, and until when what it gave is good.
    package let found: FoundCredentials

    /// Asks STS with what a provider gives.
    ///
    /// - Parameters:
    ///   - region: where STS is called; a custom endpoint of Connect does not touch it.
    ///   - profile, environment: for STS's own endpoint.
    package static func ask(
        region: String, profile: String?, environment: [String: String],
        credentials provider: any CredentialProvider, surroundings: ClientSurroundings
    ) async throws(ConnectClientError) -> Identity {
        let cache = CredentialCache(provider)
        let settings = IdentitySettings(
            profile: profile, region: region, environment: environment, surroundings: surroundings)
        let sts = try settings.sts(cache)
        let first = try await cache.credentials()
        let caller: CallerIdentity
        do throws(TransferFailure) { caller = try await sts.callerIdentity() } catch {
            throw ConnectClientError(
                error, "STS does not say who calls with the credentials of \(first.source)",
                advice: "Renew these credentials, or use others with --profile.")
        }
        // Those that were refused at first are not those that the answer is about.
        return Identity(caller: caller, found: try await cache.credentials())
    }
}
