import AWSSigning

/// Credentials that a program prints: `credential_process` of a profile.
package struct ProcessCredentials: CredentialProvider {
    private let settings: ClientSettings
    private let surroundings: ClientSurroundings

    init(settings: ClientSettings, surroundings: ClientSurroundings) {
        self.settings = settings
        self.surroundings = surroundings
    }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? { nil }
}
