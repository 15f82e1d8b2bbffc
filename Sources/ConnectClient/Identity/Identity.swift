import AWSSigning
package import TransferCore

/// Who the calls of an operator are made as, by the word of STS.
package struct Identity: Sendable {
    package let caller: CallerIdentity
    /// Which provider answered, and what it gave.
    package let found: FoundCredentials

    /// When the credentials end; nil where they do not, or nobody said.
    package var end: Timestamp? {
        found.credentials.expirationMilliseconds.map(Timestamp.init(milliseconds:))
    }

    /// Asks STS with what a provider gives.
    ///
    /// - Parameters:
    ///   - region: where STS is called; a custom endpoint of Connect does not touch it.
    ///   - profile, environment: for STS's own endpoint.
    package static func ask(
        region: String, profile: String?, environment: [String: String],
        credentials provider: any CredentialProvider, surroundings: ClientSurroundings
    ) async throws(ConnectClientError) -> Identity {
        let cache = CredentialCache(provider, now: surroundings.now)
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
