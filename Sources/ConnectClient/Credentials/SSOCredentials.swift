import AWSSigning
import TransferCore

/// Credentials of a role for whoever has signed in to IAM Identity Center (`aws sso login`).
package final class SSOCredentials: CredentialProvider {
    private let profile: String?
    private let settings: IdentitySettings
    private let role = Settled<SSOSettings>()

    /// A token with less than this left is renewed, where it can be (botocore, tokens.py).
    private static let renewalWindow: Duration = .seconds(15 * 60)
    /// How long a token is waited for that another process may just be writing: 1.5 s.
    private static let readsMax = 16
    private static let readPause: Duration = .milliseconds(100)

    /// By this machine's clock, as the AWS CLI wrote the token's end.
    private var now: Timestamp { settings.surroundings.clock.local() }

    /// - Parameter settings: of the profile that a chain of roles begins with.
    init(_ profile: String?, _ settings: IdentitySettings) {
        self.profile = profile
        self.settings = settings
    }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        guard let role = try role.value(found) else { return nil }
        let own = try ClientSettings(profile: settings.profile, environment: settings.environment)
        let client = try SSOClient(
            own, region: own.region(role.region), surroundings: settings.surroundings)
        let token = try await token(for: role, client)
        do throws(TransferFailure) {
            return FoundCredentials(
                try await client.credentials(of: role, token: token.accessToken),
                from: "the profile \(role.profile) (SSO role \(role.roleName) of account "
                    + "\(role.accountID))")
        } catch {
            throw ConnectClientError(
                error,
                "The credentials of the SSO role \(role.roleName) of account \(role.accountID) for "
                    + "the profile \(role.profile) were not given",
                advice: error.httpStatus == 401
                    ? "Sign in with \(role.signIn)."
                    : "Check sso_role_name and sso_account_id, and that the role is assigned to "
                        + "you, then sign in with \(role.signIn).")
        }
    }

    private func found() throws(ConnectClientError) -> SSOSettings? {
        try SSOSettings(Profile(named: profile, environment: settings.environment))
    }

    /// Gives the token of the last sign-in, renewed where little of it is left.
    private func token(
        for role: SSOSettings, _ client: SSOClient
    ) async throws(ConnectClientError) -> SSOToken {
        let (path, token) = try stored(for: role)
        // The older form has tokens that nobody can renew.
        guard role.session != nil, token.end - now < Self.renewalWindow,
            let renewal = token.renewal(at: now), SSOToken.isWritable(path)
        else { return try unexpired(token, of: role) }
        let answer: SSOTokenAnswer
        do throws(TransferFailure) { answer = try await client.renew(renewal) } catch {
            let reads = error.isTransient ? 1 : Self.readsMax
            if let other = try await other(than: token, for: role, reads: reads) { return other }
            throw ConnectClientError(
                error, "The SSO token of the profile \(role.profile) cannot be renewed",
                advice: "Sign in with \(role.signIn).")
        }
        do throws(SSOToken.Problem) {
            let bytes = try token.renewed(with: answer, for: role, at: now)
            do throws(SmallFile.Problem) { try SmallFile.replace(path, with: bytes) } catch {
                throw SSOToken.Problem(words: "\(path) cannot be written: \(error.words)")
            }
            return try SSOToken(at: path)
        } catch {
            throw ConnectClientError(
                .credentialsUnavailable,
                "The SSO token of the profile \(role.profile) was renewed, but \(error.words). Make "
                    + "room for it and sign in with \(role.signIn).")
        }
    }

    /// The token that another process has had meanwhile, which used up what we knew; the old one
    /// while it lasts; nil where neither serves.
    ///
    /// Of two that renew at once one is refused before the other has written what it was given.
    private func other(
        than old: SSOToken, for role: SSOSettings, reads: Int
    ) async throws(ConnectClientError) -> SSOToken? {
        for read in 1...reads {
            // The AWS CLI writes into the file itself: half of it is no error here.
            let latest = try? stored(for: role).token
            if let latest, latest.accessToken != old.accessToken, latest.end > now {
                return latest
            }
            if old.end > now { return old }
            guard read < reads else { break }
            do { try await Task.sleep(for: Self.readPause) } catch { throw .cancelled }
        }
        return nil
    }

    private func stored(
        for role: SSOSettings
    ) throws(ConnectClientError) -> (path: String, token: SSOToken) {
        do throws(SSOToken.Problem) {
            let path = try SSOToken.path(of: role.tokenName, environment: settings.environment)
            return (path, try SSOToken(at: path))
        } catch {
            throw ConnectClientError(
                .credentialsUnavailable,
                "The profile \(role.profile) is for SSO, but \(error.words). Sign in with "
                    + "\(role.signIn).")
        }
    }

    private func unexpired(
        _ token: SSOToken, of role: SSOSettings
    ) throws(ConnectClientError) -> SSOToken {
        guard token.end > now else {
            throw ConnectClientError(
                .credentialsExpired,
                "The SSO sign-in of the profile \(role.profile) ended at \(token.end.iso8601). "
                    + "Sign in again with \(role.signIn).")
        }
        return token
    }
}
