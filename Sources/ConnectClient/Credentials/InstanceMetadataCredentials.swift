import AWSSigning

/// Credentials of an EC2 instance's role, from its metadata service (IMDSv2).
package struct InstanceMetadataCredentials: CredentialProvider {
    private let settings: ClientSettings
    private let surroundings: ClientSurroundings

    init(settings: ClientSettings, surroundings: ClientSurroundings) {
        self.settings = settings
        self.surroundings = surroundings
    }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? { nil }
}
