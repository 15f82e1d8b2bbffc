/// Credentials of the role that a profile names (`role_arn`), assumed with those of its source.
///
/// The profile is read once, at the first call that finds it in order; each call then assumes the
/// role anew.
package final class AssumeRoleCredentials: CredentialProvider {
    private let settings: IdentitySettings
    private let role = Settled<AssumedRole>()

    init(_ settings: IdentitySettings) { self.settings = settings }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        guard let role = try role.value(found) else { return nil }
        return try await role.credentials()
    }

    private func found() throws(ConnectClientError) -> AssumedRole? {
        let profile = try Profile(named: settings.profile, environment: settings.environment)
        guard let own = try RoleSettings(profile) else { return nil }
        let chain = RoleChain(settings: settings)
        return try chain.role(own)
    }
}

/// The links from a role to the credentials that it begins with.
private struct RoleChain {
    let settings: IdentitySettings

    /// STS itself lets a role assume a role as often as one likes.
    private static let linksMax = 16

    /// - Parameter before: the profiles on the way to this one, the operator's own first.
    func role(
        _ own: RoleSettings, after before: [String] = []
    ) throws(ConnectClientError) -> AssumedRole {
        let visited = before + [own.profile]
        let source = CredentialCache(
            try source(of: own, visited), now: settings.surroundings.now)
        return AssumedRole(own, source: source, sts: try settings.sts(source), settings)
    }

    private func source(
        of own: RoleSettings, _ visited: [String]
    ) throws(ConnectClientError) -> any CredentialProvider {
        switch own.source {
        case .profile(let name): return try source(name, of: own, visited)
        case .environment:
            return CredentialChain(
                [EnvironmentCredentials(environment: settings.environment)],
                complaint: "`credential_source = Environment` of the profile \(own.profile) finds "
                    + "no keys. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        case .container:
            return CredentialChain(
                [
                    ContainerCredentials(
                        environment: settings.environment, surroundings: settings.surroundings)
                ],
                complaint: "`credential_source = EcsContainer` of the profile \(own.profile) finds "
                    + "no container's credentials: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
                    + "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set.")
        case .instanceMetadata:
            return CredentialChain(
                [
                    InstanceMetadataCredentials(
                        settings: try ClientSettings(
                            profile: settings.profile, environment: settings.environment),
                        surroundings: settings.surroundings)
                ],
                complaint:
                    "`credential_source = Ec2InstanceMetadata` of the profile \(own.profile) "
                    + "finds no role of this machine. Give the instance a role, or name another source."
            )
        }
    }

    /// In botocore's way: a profile with keys of its own gives those, whatever role it names.
    private func source(
        _ name: String, of own: RoleSettings, _ visited: [String]
    ) throws(ConnectClientError) -> any CredentialProvider {
        let profile = try existing(name, of: own)
        guard !visited.contains(name) || (name == own.profile && profile.hasKeys) else {
            throw ConnectClientError(
                .credentialsMisconfigured,
                "The profiles name each other in a circle: "
                    + (visited + [name]).joined(separator: " -> ")
                    + ". Give one of them credentials of its own.")
        }
        if !profile.hasKeys, let next = try RoleSettings(profile) {
            guard visited.count < Self.linksMax else {
                throw ConnectClientError(
                    .credentialsMisconfigured,
                    "The chain of source profiles \(visited.joined(separator: " -> ")) is longer "
                        + "than \(Self.linksMax). Shorten it.")
            }
            return try role(next, after: visited)
        }
        return CredentialChain(
            CredentialChain.inProfile(name, settings),
            complaint: "The profile \(name), the source_profile of \(own.profile), holds no "
                + "credentials. "
                + "Run `aws configure --profile \(name)`.")
    }

    private func existing(
        _ name: String, of own: RoleSettings
    ) throws(ConnectClientError) -> Profile {
        do throws(ConnectClientError) {
            return try Profile(named: name, environment: settings.environment)
        } catch  where error.code == .profileMissing {
            throw ConnectClientError(
                .credentialsMisconfigured,
                "The profile \(name), the source_profile of \(own.profile), is in neither shared "
                    + "file of AWS. Add it, or name another.")
        }
    }
}

extension Profile {
    fileprivate var hasKeys: Bool {
        has("aws_access_key_id") || has("aws_secret_access_key")
    }
}
