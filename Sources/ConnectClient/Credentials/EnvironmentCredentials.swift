import AWSSigning
import TransferCore

/// Credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
///
/// `AWS_CREDENTIAL_EXPIRATION` says when they end, as `aws configure export-credentials` writes it.
package struct EnvironmentCredentials: CredentialProvider {
    private let environment: [String: String]

    package init(environment: [String: String]) { self.environment = environment }

    package func credentials() throws(ConnectClientError) -> FoundCredentials? {
        let id = environment.value("AWS_ACCESS_KEY_ID")
        let secret = environment.value("AWS_SECRET_ACCESS_KEY")
        guard id != nil || secret != nil else { return nil }
        // The older name goes first where both are set, as in botocore.
        let token =
            environment.value("AWS_SECURITY_TOKEN") ?? environment.value("AWS_SESSION_TOKEN")
        let end: Timestamp? =
            if let text = environment.value("AWS_CREDENTIAL_EXPIRATION") {
                try Timestamp(expiration: text, of: "the environment (AWS_CREDENTIAL_EXPIRATION)")
            } else { nil }
        let credentials = try Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: token,
            expirationMilliseconds: end?.milliseconds,
            place: "the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)")
        return FoundCredentials(credentials, from: "the environment")
    }
}
