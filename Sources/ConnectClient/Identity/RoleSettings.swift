/// How a profile wants a role assumed: `role_arn` and what goes with it.
struct RoleSettings: Sendable {
    /// Whose credentials assume the role.
    enum Source: Sendable {
        case profile(String)
        case environment
        case container
        case instanceMetadata
    }

    let profile: String
    let roleARN: String
    let source: Source
    let sessionName: String?
    let externalID: String?
    let mfaSerial: String?
    let duration: Duration?

    /// Nil where the profile asks for no role, or for one by a web identity.
    init?(_ profile: Profile) throws(ConnectClientError) {
        guard profile.has("role_arn"), !profile.has("web_identity_token_file") else { return nil }
        self.profile = profile.name
        roleARN = try Self.roleARN(profile["role_arn"] ?? "", profile.name)
        source = try Self.source(of: profile)
        sessionName = try Self.sessionName(profile["role_session_name"], profile.name)
        externalID = profile["external_id"]
        mfaSerial = profile["mfa_serial"]
        duration = try Self.duration(of: profile)
    }

    private static func source(of profile: Profile) throws(ConnectClientError) -> Source {
        guard !profile.has("source_profile") || !profile.has("credential_source") else {
            throw ConnectClientError(
                .credentialsMisconfigured,
                "The profile \(profile.name) has both `source_profile` and `credential_source`. "
                    + "Remove one of them.")
        }
        switch (profile["source_profile"], profile["credential_source"]) {
        case (let name?, _): return .profile(name)
        case (_, let name?):
            // botocore accepts these names as they are written and no others.
            switch name {
            case "Environment": return .environment
            case "EcsContainer": return .container
            case "Ec2InstanceMetadata": return .instanceMetadata
            default:
                throw ConnectClientError(
                    .credentialsMisconfigured,
                    "`credential_source = \(name)` in the profile \(profile.name) is none of "
                        + "Environment, EcsContainer and Ec2InstanceMetadata. Set one of them.")
            }
        case (nil, nil):
            throw ConnectClientError(
                .credentialsMisconfigured,
                "The profile \(profile.name) has `role_arn` but does not say whose credentials "
                    + "assume it. Set `source_profile` or `credential_source`.")
        }
    }

    /// Checks what a later refusal by STS would say less plainly.
    static func roleARN(
        _ text: String, _ profile: String
    ) throws(ConnectClientError) -> String {
        let isPlausible =
            text.hasPrefix("arn:") && (20...2048).contains(text.utf8.count)
            && text.isVisibleASCII
        guard isPlausible else {
            throw ConnectClientError(
                .credentialsMisconfigured,
                "The role of the profile \(profile) is no ARN of a role. Write it like "
                    + "arn:aws:iam::123456789012:role/NAME.")
        }
        return text
    }

    /// Checks a session's name, which stands in the ARN that CloudTrail shows (STS, AssumeRole).
    static func sessionName(
        _ name: String?, _ profile: String
    ) throws(ConnectClientError) -> String? {
        guard let name else { return nil }
        let isValid = name.utf8.allSatisfy {
            $0.isLetterOrDigit || "_+=,.@-".utf8.contains($0)
        }
        guard isValid, (2...64).contains(name.utf8.count) else {
            throw ConnectClientError(
                .credentialsMisconfigured,
                "The role's session name of the profile \(profile) is not 2 to 64 letters, digits "
                    + "and _+=,.@- long. Mend `role_session_name` or AWS_ROLE_SESSION_NAME.")
        }
        return name
    }

    private static func duration(of profile: Profile) throws(ConnectClientError) -> Duration? {
        guard let text = profile["duration_seconds"] else { return nil }
        guard let seconds = Int64(text), (900...43_200).contains(seconds) else {
            throw ConnectClientError(
                .credentialsMisconfigured,
                "`duration_seconds = \(text)` in the profile \(profile.name) is no number from 900 "
                    + "to 43200. Mend it.")
        }
        return .seconds(seconds)
    }
}
