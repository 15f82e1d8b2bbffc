import AWSSigning

/// Credentials of a container: of ECS, EKS Pod Identity, or whatever speaks their protocol.
package struct ContainerCredentials: CredentialProvider {
    private let environment: [String: String]
    private let surroundings: ClientSurroundings

    package init(environment: [String: String], surroundings: ClientSurroundings) {
        self.environment = environment
        self.surroundings = surroundings
    }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? { nil }
}
