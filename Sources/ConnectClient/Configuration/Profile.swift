import FoundationEssentials

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

    /// A shared file is a page long; a larger one is something else.
    private static let fileBytesMax = 1 << 20

    /// Reads a profile; the one called `default` may be missing.
    ///
    /// - Parameter name: what the operator asked for; else `AWS_PROFILE`, else `default`.
    init(named name: String?, environment: [String: String]) throws(ConnectClientError) {
        let chosen = name ?? environment.value("AWS_PROFILE")
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
                "The profile \(profile) is in neither shared file of AWS. Check --profile and "
                    + "AWS_PROFILE, or add the profile with `aws configure --profile \(profile)`.")
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

    /// Reads one of the files; nil where it does not exist.
    private static func file(
        _ variable: String, _ name: String, _ environment: [String: String]
    ) throws(ConnectClientError) -> ProfileFile? {
        let home = environment.value("HOME")
        var path = environment.value(variable) ?? home.map { $0 + "/.aws/" + name } ?? ""
        if path.hasPrefix("~/"), let home { path = home + path.dropFirst() }
        guard !path.isEmpty, FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes: [UInt8]
        do throws(SmallFile.Problem) {
            bytes = try SmallFile.bytes(at: path, max: fileBytesMax)
        } catch {
            switch error {
            case .missing: return nil
            case .tooLarge: throw notText(path, variable)
            case .unreadable:
                throw ConnectClientError(
                    .profileFileUnreadable,
                    "\(path) cannot be read, so that the credentials are not known. Check that it "
                        + "is a file and that this user may read it.")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw notText(path, variable)
        }
        return try ProfileFile(parsing: text, path: path)
    }

    private static func notText(_ path: String, _ variable: String) -> ConnectClientError {
        ConnectClientError(
            .profileFileInvalid,
            "\(path) is no UTF-8 text of at most \(fileBytesMax) bytes. Check \(variable).")
    }
}

extension [String: String] {
    /// A variable's value; nil where it is missing or empty.
    func value(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
