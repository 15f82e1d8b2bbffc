import AWSSigning
import TransferCore

/// Credentials of a role for whoever holds a web identity's token, as in EKS: from
/// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`, or the same settings of a profile.
///
/// The token's file is read at each call: what writes it replaces it long before it ends.
package struct WebIdentityCredentials: CredentialProvider {
    private let profile: String?
    private let settings: IdentitySettings

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
        let profile = try Profile(named: profile, environment: settings.environment)
        guard let path = value("web_identity_token_file", of: profile) else { return nil }
        let isOfEnvironment = variable("web_identity_token_file") != nil
        let place = isOfEnvironment ? "the environment" : "the profile \(profile.name)"
        guard let roleARN = value("role_arn", of: profile) else {
            throw ConnectClientError(
                .credentialsMisconfigured,
                isOfEnvironment
                    ? "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN. Set it too."
                    : "The profile \(profile.name) has `web_identity_token_file` without "
                        + "`role_arn`. Set it too.")
        }
        let role = try RoleSettings.roleARN(roleARN, profile.name)
        let name = try RoleSettings.sessionName(
            value("role_session_name", of: profile), profile.name)
        let token = try token(at: path)
        let sts = try settings.sts(nil)
        do throws(TransferFailure) {
            let credentials = try await sts.assumeRole(
                role, as: name ?? settings.sessionName, with: token)
            return FoundCredentials(credentials, from: "\(place) (web identity \(role))")
        } catch {
            throw ConnectClientError(
                error, "The role \(role) cannot be assumed with the token in \(path)",
                advice: "Check that the role trusts the token's issuer, and that the token is "
                    + "renewed before it ends.")
        }
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

    /// From the environment where it counts, else from the profile; each by itself, as botocore
    /// does.
    private func value(_ key: String, of profile: Profile) -> String? {
        variable(key) ?? profile[key]
    }

    private func variable(_ key: String) -> String? {
        profile == nil ? settings.environment.value("AWS_\(key.uppercased())") : nil
    }
}
