import AWSSigning

/// Credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
package struct EnvironmentCredentials: CredentialProvider {
    private let environment: [String: String]

    package init(environment: [String: String]) { self.environment = environment }

    package func credentials() throws(ConnectClientError) -> FoundCredentials? {
        let id = environment.value("AWS_ACCESS_KEY_ID")
        let secret = environment.value("AWS_SECRET_ACCESS_KEY")
        guard id != nil || secret != nil else { return nil }
        let credentials = try Credentials(
            accessKeyID: id, secretAccessKey: secret,
            sessionToken: environment.value("AWS_SESSION_TOKEN"),
            place: "the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)")
        return FoundCredentials(credentials, from: "the environment")
    }
}
