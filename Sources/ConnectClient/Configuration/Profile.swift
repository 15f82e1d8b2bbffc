/// A profile of the shared files, as they stand at this moment.
struct Profile: Sendable {
    let name: String
    /// From the file of settings (`~/.aws/config`) alone.
    let settings: ProfileSection
    /// From the file of keys (`~/.aws/credentials`) alone.
    let keys: ProfileSection
    /// From both; what stands in both is that of the file of keys (botocore, session.py,
    /// full_config).
    private let merged: ProfileSection
    /// The section `[services X]` that the profile names.
    let services: ProfileSection
    /// The section `[sso-session X]` that the profile names.
    let ssoSession: ProfileSection

    /// Reads a profile; the one called `default` may be missing.
    ///
    /// - Parameter name: what the operator asked for; else what the environment names, else `default`.
    init(named name: String?, environment: [String: String]) throws(ConnectClientError) {
        let chosen = if let name { name } else { try Self.name(in: environment) }
        let profile = chosen ?? "default"
        let config = try Self.file("AWS_CONFIG_FILE", "config", environment)
        let credentials = try Self.file("AWS_SHARED_CREDENTIALS_FILE", "credentials", environment)
        self.name = profile
        settings = config?.sections(of: "profile")[profile] ?? ProfileSection()
        keys = credentials?.sections[profile] ?? ProfileSection()
        let merged = settings.overlaid(with: keys)
        self.merged = merged
        func named(_ key: String, _ kind: String) -> ProfileSection? {
            merged[key].flatMap { config?.sections(of: kind)[$0] }
        }
        services = named("services", "services") ?? ProfileSection()
        ssoSession = named("sso_session", "sso-session") ?? ProfileSection()
        guard chosen == nil || merged.isPresent else {
            throw ConnectClientError(
                .profileMissing,
                "The profile \(profile) is in neither shared file of AWS. Check --profile, "
                    + "AWS_PROFILE and AWS_DEFAULT_PROFILE, or add the profile with `aws configure "
                    + "--profile \(profile)`.")
        }
        try checkContinuations()
    }

    /// The value of a setting in either file; nil where it is missing or empty.
    subscript(key: String) -> String? { merged[key] }

    /// Whether a setting stands in either file, be it an empty one.
    func has(_ key: String) -> Bool { merged.has(key) }

    /// Refuses a value of two lines, which botocore takes: the second was meant for a setting, and
    /// without it the profile may be another identity. A command alone may go on.
    private func checkContinuations() throws(ConnectClientError) {
        let places = merged.continuations.filter { $0.key != "credential_process" }
        guard let (key, place) = places.min(by: { $0.value < $1.value }) else { return }
        throw ConnectClientError(
            .profileFileInvalid,
            "\(place): the line is indented deeper than `\(key)` above it, and so a part of its "
                + "value. Indent both alike.")
    }

    /// What the environment names; nil where it names nothing.
    ///
    /// botocore reads the two in this order, and refuses an empty one.
    private static func name(
        in environment: [String: String]
    ) throws(ConnectClientError) -> String? {
        let names = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"].filter { environment[$0] != nil }
        if let empty = names.first(where: { environment.value($0) == nil }) {
            throw ConnectClientError(
                .settingInvalid,
                "\(empty) is set and names no profile. Give it a profile's name, or unset it.")
        }
        guard Set(names.map { environment.value($0) }).count <= 1 else {
            throw ConnectClientError(
                .settingsConflict,
                "AWS_DEFAULT_PROFILE and AWS_PROFILE name two profiles. Unset one of them, or give "
                    + "--profile.")
        }
        return names.first.flatMap { environment.value($0) }
    }
}

extension [String: String] {
    /// A variable's value; nil where it is missing or empty.
    func value(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
