import AWSSigning
import Synchronization

/// The places in turn: the first that has credentials gives them, and from then on it alone.
///
/// A later fetch is a refresh. Were another place to answer it, the run would go on under another
/// name than it began with.
package final class CredentialChain: CredentialProvider {
    private let providers: [any CredentialProvider]
    /// What to say where none has credentials.
    private let complaint: String
    private let chosen = Mutex<Int?>(nil)

    package init(
        _ providers: [any CredentialProvider],
        complaint: String = "No AWS credentials were found. Set AWS_ACCESS_KEY_ID and "
            + "AWS_SECRET_ACCESS_KEY, or name a profile of ~/.aws with --profile."
    ) {
        self.providers = providers
        self.complaint = complaint
    }

    /// Gives the first credentials found; an error where there are none at all.
    package func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        if let chosen = chosen.withLock({ $0 }) { return try await again(providers[chosen]) }
        for (index, provider) in providers.enumerated() {
            guard let found = try await provider.credentials() else { continue }
            chosen.withLock { $0 = index }
            return found
        }
        throw ConnectClientError(.credentialsMissing, complaint)
    }

    /// Asks the place that gave credentials before.
    ///
    /// That its files are gone or torn is for the moment: somebody is just writing them.
    private func again(
        _ provider: any CredentialProvider
    ) async throws(ConnectClientError) -> FoundCredentials {
        let found: FoundCredentials?
        do throws(ConnectClientError) { found = try await provider.credentials() } catch {
            var error = error
            if error.concernsFiles { error.isTransient = true }
            throw error
        }
        guard let found else {
            throw ConnectClientError(
                .credentialsUnavailable,
                "The place that gave credentials at first gives none any more. Check the profile, "
                    + "the variables and this machine's role, then run again.", isTransient: true)
        }
        return found
    }
}

extension ConnectClientError {
    /// True where what is wrong may be that a file is just being written.
    fileprivate var concernsFiles: Bool {
        switch code {
        case .profileMissing, .profileFileInvalid, .profileFileUnreadable, .credentialsIncomplete:
            true
        default: false
        }
    }
}
