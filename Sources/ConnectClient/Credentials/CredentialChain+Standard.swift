extension CredentialChain {
    /// The chain as AWS's tools have it (botocore, credentials.py, create_credential_resolver).
    ///
    /// - Parameters:
    ///   - profile: what the operator named on the command line; the environment's keys and its web
    ///     identity are then left aside.
    ///   - region: where STS is called; nil takes that of the environment or the profile.
    package static func standard(
        profile: String?, region: String? = nil, environment: [String: String],
        surroundings: ClientSurroundings
    ) -> CredentialChain {
        let settings = IdentitySettings(
            profile: profile, region: region, environment: environment, surroundings: surroundings)
        let isNamed = profile != nil
        var providers: [any CredentialProvider] = []
        if !isNamed { providers.append(EnvironmentCredentials(environment: environment)) }
        providers.append(AssumeRoleCredentials(settings))
        providers += inProfile(profile, settings)
        providers += [
            ContainerCredentials(environment: environment, surroundings: surroundings),
            CredentialsInProfile(profile: profile, environment: environment) {
                InstanceMetadataCredentials(settings: $0, surroundings: surroundings)
            },
        ]
        return CredentialChain(providers, complaint: complaint(isNamed: isNamed))
    }

    /// What a profile may hold beside a role: also the places of a role's `source_profile`.
    ///
    /// - Parameters:
    ///   - profile: nil is that of the environment, and `AWS_WEB_IDENTITY_TOKEN_FILE` counts.
    ///   - settings: of the profile that a chain of roles begins with.
    static func inProfile(
        _ profile: String?, _ settings: IdentitySettings
    ) -> [any CredentialProvider] {
        func inProfile(
            _ provider: @escaping @Sendable (ClientSettings) -> any CredentialProvider
        ) -> any CredentialProvider {
            CredentialsInProfile(
                profile: profile, environment: settings.environment, provider: provider)
        }
        return [
            WebIdentityCredentials(profile, settings),
            SSOCredentials(profile, settings),
            inProfile { ProfileCredentials(.keys, of: $0) },
            // `aws login` of 2025: its tokens are the CLI's own business.
            inProfile { UnsupportedCredentials(["login_session"], in: $0) },
            CredentialsInProfile(
                profile: profile, environment: settings.environment, settled: Settled()
            ) { ProcessCredentials(settings: $0, surroundings: settings.surroundings) },
            inProfile { ProfileCredentials(.settings, of: $0) },
        ]
    }

    private static func complaint(isNamed: Bool) -> String {
        let environment =
            isNamed ? "" : "the environment (AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE), "
        return "No AWS credentials were found. Looked at: \(environment)the profile (role, web "
            + "identity, SSO, keys, credential_process), the container's endpoint "
            + "(AWS_CONTAINER_CREDENTIALS_*) and the instance metadata of EC2. Sign in with "
            + "`aws sso login` or `aws configure`, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            + "or name a profile with --profile."
    }
}

/// A place that a profile leads to.
struct CredentialsInProfile: CredentialProvider {
    let profile: String?
    let environment: [String: String]
    /// Nil where the profile is read anew at each call: its keys may have been replaced.
    var settled: Settled<ClientSettings>?
    let provider: @Sendable (ClientSettings) -> any CredentialProvider

    func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        let read = if let settled { try settled.value(read) } else { try read() }
        guard let settings = read else { return nil }
        return try await provider(settings).credentials()
    }

    private func read() throws(ConnectClientError) -> ClientSettings? {
        try ClientSettings(profile: profile, environment: environment)
    }
}

/// What this version cannot do yet, refused by name: never the wrong identity in silence.
struct UnsupportedCredentials: CredentialProvider {
    /// What is set; nil where nothing is.
    private let what: String?

    /// - Parameter keys: of the profile, any of which means this place.
    init(_ keys: [String], in settings: ClientSettings) {
        let profile = settings.profile
        what = keys.first { profile.has($0) }.map { "The profile \(profile.name) has `\($0)`" }
    }

    func credentials() throws(ConnectClientError) -> FoundCredentials? {
        guard let what else { return nil }
        throw ConnectClientError(
            .credentialsUnsupported,
            "\(what), which this version of Baton cannot use yet. "
                + "Put keys into the environment: `aws configure export-credentials --format env`.")
    }
}
