import AWSSigning

/// Keys that stand in a profile of the shared files.
package struct ProfileCredentials: CredentialProvider {
    private let profile: String?
    private let environment: [String: String]

    /// - Parameter profile: what the operator named; else `AWS_PROFILE`, else `default`.
    package init(profile: String?, environment: [String: String]) {
        self.profile = profile
        self.environment = environment
    }

    package func credentials() throws(ConnectClientError) -> FoundCredentials? {
        let found = try Profile(named: profile, environment: environment)
        // The order is that of botocore's chain: a role, a token or SSO goes before keys, a process
        // before keys in the file of settings.
        try refuse(Self.beforeKeys, in: found)
        if let keys = try keys(in: found.keys, of: found) { return keys }
        try refuse(["credential_process"], in: found)
        if let keys = try keys(in: found.settings, of: found) { return keys }
        try refuseContainer()
        guard profile == nil else {
            throw ConnectClientError(
                .credentialsMissing,
                "The profile \(found.name) holds no credentials. "
                    + "Run `aws configure --profile \(found.name)`, or name another profile.")
        }
        return nil
    }

    private static let beforeKeys = [
        "role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "sso_account_id",
        "login_session",
    ]

    private func keys(
        in section: ProfileSection, of profile: Profile
    ) throws(ConnectClientError) -> FoundCredentials? {
        let id = section["aws_access_key_id"]
        let secret = section["aws_secret_access_key"]
        guard id != nil || secret != nil else { return nil }
        let place = "the profile \(profile.name)"
        let credentials = try Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: section["aws_session_token"],
            place: place)
        return FoundCredentials(credentials, from: place)
    }

    /// Refuses what this version cannot do yet, by name: never the wrong identity in silence.
    private func refuse(_ keys: [String], in found: Profile) throws(ConnectClientError) {
        if profile == nil, keys.contains("web_identity_token_file"),
            environment.value("AWS_WEB_IDENTITY_TOKEN_FILE") != nil
        {
            throw Self.unsupported("AWS_WEB_IDENTITY_TOKEN_FILE is set")
        }
        for key in keys where found[key] != nil {
            throw Self.unsupported("The profile \(found.name) has `\(key)`")
        }
    }

    private func refuseContainer() throws(ConnectClientError) {
        guard profile == nil else { return }
        for variable in [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ] where environment.value(variable) != nil {
            throw Self.unsupported("\(variable) is set")
        }
    }

    private static func unsupported(_ what: String) -> ConnectClientError {
        ConnectClientError(
            .credentialsUnsupported,
            "\(what), which this version of Baton cannot use yet. "
                + "Put keys into the environment: `aws configure export-credentials --format env`.")
    }
}
