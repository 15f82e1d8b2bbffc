import ConnectClient

/// Where is a service?
struct EndpointQuestion: Decodable {
    /// By its name in settings: `sso_oidc`.
    let service: String
    let region: String?
    let url: String?
    let environment: [String: String]

    private static let services: [String: AWSService] = [
        "connect": .connect, "sts": .sts, "service_quotas": .serviceQuotas, "sso": .sso,
        "sso_oidc": .ssoOIDC,
    ]

    var reply: Reply {
        guard let service = Self.services[service] else { return Reply(error: "UnknownService") }
        do throws(ConnectClientError) {
            let endpoint = try Endpoint.settled(
                for: service, region: region, endpointURL: url, environment: environment)
            return Reply(url: endpoint.description)
        } catch {
            return Reply(error: error.code.rawValue)
        }
    }
}
