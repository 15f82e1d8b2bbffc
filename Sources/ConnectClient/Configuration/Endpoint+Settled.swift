extension Endpoint {
    /// Settles where a service is, by a flag, by the environment and the shared files, or by AWS's
    /// rules, as ``ClientConfiguration/resolve(region:endpointURL:profile:environment:)`` does.
    package static func settled(
        for service: AWSService, region: String? = nil, endpointURL: String? = nil,
        environment: [String: String]
    ) throws(ConnectClientError) -> Endpoint {
        let settings = try ClientSettings(profile: nil, environment: environment)
        return try settings.endpoint(
            of: service, in: try settings.region(region), flag: endpointURL)
    }
}
