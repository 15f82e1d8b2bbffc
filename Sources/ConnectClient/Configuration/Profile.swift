import FoundationEssentials

/// A profile of the shared files, as they stand at this moment.
struct Profile: Sendable {
    let name: String
    /// From the file of settings (`~/.aws/config`).
    let settings: ProfileSection
    /// From the file of keys (`~/.aws/credentials`).
    let keys: ProfileSection
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
        // `[default]` and `[profile default]` are one; other profiles need the word.
        let section =
            config?.sections["profile \(profile)"]
            ?? (profile == "default" ? config?.sections["default"] : nil)
        self.name = profile
        settings = section ?? ProfileSection()
        keys = credentials?.sections[profile] ?? ProfileSection()
        services =
            settings["services"].flatMap { config?.sections["services \($0)"] } ?? ProfileSection()
        ssoSession =
            settings["sso_session"].flatMap { config?.sections["sso-session \($0)"] }
            ?? ProfileSection()
        guard chosen == nil || settings.isPresent || keys.isPresent else {
            throw ConnectClientError(
                .profileMissing,
                "The profile \(profile) is in neither shared file of AWS. Check --profile and "
                    + "AWS_PROFILE, or add the profile with `aws configure --profile \(profile)`.")
        }
    }

    /// A setting of the profile, from either file.
    subscript(key: String) -> String? { settings[key] ?? keys[key] }

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
