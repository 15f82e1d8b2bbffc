import AWSSigning
import TransferCore

/// Credentials of a role for whoever holds a web identity's token, as in EKS: from
/// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`, or the same settings of a profile.
///
/// The token's file is read at each call: what writes it replaces it long before it ends. Which file
/// and which role is settled at the first.
package final class WebIdentityCredentials: CredentialProvider {
    private let profile: String?
    private let settings: IdentitySettings
    private let role = Settled<WebIdentityRole>()

    /// STS takes no longer one.
    private static let tokenBytesMax = 20_000

    /// - Parameters:
    ///   - profile: where one is named, the variables of the environment are left aside.
    ///   - settings: of the profile that a chain of roles begins with.
    init(_ profile: String?, _ settings: IdentitySettings) {
        self.profile = profile
        self.settings = settings
    }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        guard let role = try role.value(found) else { return nil }
        let token = try token(at: role.tokenFile)
        let sts = try settings.sts(nil)
        do throws(TransferFailure) {
            let credentials = try await sts.assumeRole(
                role.arn, as: role.sessionName ?? settings.sessionName, with: token)
            return FoundCredentials(
                credentials, from: "\(role.place) (web identity \(role.arn))")
        } catch {
            throw ConnectClientError(
                error, "The role \(role.arn) cannot be assumed with the token in \(role.tokenFile)",
                advice: "Check that the role trusts the token's issuer, and that the token is "
                    + "renewed before it ends.")
        }
    }

    /// Nil where no file is named; one that is named empty is none, as botocore has it.
    private func found() throws(ConnectClientError) -> WebIdentityRole? {
        let profile = try Profile(named: profile, environment: settings.environment)
        guard let path = value("web_identity_token_file", of: profile), !path.isEmpty else {
            return nil
        }
        let isOfEnvironment = variable("web_identity_token_file") != nil
        let place = isOfEnvironment ? "the environment" : "the profile \(profile.name)"
        guard let roleARN = value("role_arn", of: profile), !roleARN.isEmpty else {
            throw ConnectClientError(
                .credentialsMisconfigured,
                isOfEnvironment
                    ? "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN. Set it too."
                    : "The profile \(profile.name) has `web_identity_token_file` without "
                        + "`role_arn`. Set it too.")
        }
        return WebIdentityRole(
            arn: try RoleSettings.roleARN(roleARN, profile.name), tokenFile: path,
            sessionName: try RoleSettings.sessionName(
                value("role_session_name", of: profile), profile.name),
            place: place)
    }

    private func token(at path: String) throws(ConnectClientError) -> String {
        let bytes: [UInt8]
        do throws(SmallFile.Problem) {
            bytes = try SmallFile.bytes(at: path, max: Self.tokenBytesMax)
        } catch {
            throw ConnectClientError(
                .credentialsMisconfigured,
                "The web identity's token \(path) cannot be read: \(error.words). Check "
                    + "AWS_WEB_IDENTITY_TOKEN_FILE or `web_identity_token_file`.")
        }
        // A token holds no blanks; the line end after it is an editor's.
        let token = String(decoding: bytes, as: UTF8.self).trimmingBlanks
        guard !token.isEmpty, token.isVisibleASCII else {
            throw ConnectClientError(
                .credentialsMisconfigured,
                "\(path) holds no web identity's token, which is one word. Check "
                    + "AWS_WEB_IDENTITY_TOKEN_FILE or `web_identity_token_file`.")
        }
        return String(token)
    }

    /// From the environment where it counts, else from the profile; each by itself, and an empty one
    /// is one, as botocore has it.
    private func value(_ key: String, of profile: Profile) -> String? {
        variable(key) ?? (profile.has(key) ? profile[key] ?? "" : nil)
    }

    private func variable(_ key: String) -> String? {
        profile == nil ? settings.environment["AWS_\(key.uppercased())"] : nil
    }
}

/// The role that a web identity is for, and where its token is.
private struct WebIdentityRole: Sendable {
    let arn: String
    let tokenFile: String
    let sessionName: String?
    /// Where it says so, for people.
    let place: String
}
