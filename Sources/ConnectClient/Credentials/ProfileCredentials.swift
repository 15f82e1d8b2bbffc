import AWSSigning

/// Keys that stand in a profile of the shared files.
package struct ProfileCredentials: CredentialProvider {
    /// Which file: a process goes before keys in the file of settings.
    package enum File: Sendable {
        /// `~/.aws/credentials`.
        case keys
        /// `~/.aws/config`.
        case settings
    }

    private let section: ProfileSection
    private let place: String

    init(_ file: File, of settings: ClientSettings) {
        let profile = settings.profile
        section = file == .keys ? profile.keys : profile.settings
        place = "the profile \(profile.name)"
    }

    package func credentials() throws(ConnectClientError) -> FoundCredentials? {
        let id = section["aws_access_key_id"]
        let secret = section["aws_secret_access_key"]
        // An empty one is half a pair too: to go on would be another identity.
        guard section.has("aws_access_key_id") || section.has("aws_secret_access_key") else {
            return nil
        }
        // The older name goes first where both stand, as in botocore.
        let token = section["aws_security_token"] ?? section["aws_session_token"]
        let credentials = try Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: token, place: place)
        return FoundCredentials(credentials, from: place)
    }
}
