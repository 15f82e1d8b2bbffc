/// Where to and how the client connects: settled once, before the first call.
package struct ClientConfiguration: Sendable {
    /// The Region that requests are signed for.
    package var region: String
    package var endpoint: Endpoint
    /// Where Service Quotas is. Settings of it that are wrong lead to Connect's, which tells no quota:
    /// no run fails for want of one.
    package var quotasEndpoint: Endpoint
    /// Where STS is, for the name of the caller alone; the same holds of it.
    package var identityEndpoint: Endpoint
    /// Timeouts, sizes, the CA bundle and the proxy.
    package var limits: TransportLimits
    /// What the operator calls this use of AWS, for the `User-Agent`.
    package var applicationID: String?

    package init(region: String, endpoint: Endpoint, limits: TransportLimits = TransportLimits()) {
        self.region = region
        self.endpoint = endpoint
        quotasEndpoint = endpoint
        identityEndpoint = endpoint
        self.limits = limits
    }

    /// Settles what flags, environment and shared files say, in this order.
    ///
    /// - Parameters:
    ///   - region, endpointURL, profile: what the operator said on the command line.
    ///   - environment: all that is read of the process: no variable is looked up elsewhere, and
    ///     the shared files are found through it.
    package static func resolve(
        region: String? = nil, endpointURL: String? = nil, profile: String? = nil,
        environment: [String: String]
    ) throws(ConnectClientError) -> ClientConfiguration {
        let settings = try ClientSettings(profile: profile, environment: environment)
        let region = try settings.region(region)
        let endpoint = try settings.endpoint(of: .connect, in: region, flag: endpointURL)
        var configuration = try ClientConfiguration(region, endpoint, settings)
        if let quotas = try? settings.endpoint(
            of: .serviceQuotas, in: region, flag: endpointURL)
        {
            configuration.quotasEndpoint = quotas
        }
        if let identity = try? settings.endpoint(of: .sts, in: region, flag: endpointURL) {
            configuration.identityEndpoint = identity
        }
        return configuration
    }

    /// Settles the rest for a Region and an endpoint that a job was stored with.
    ///
    /// Neither is open any more: what flags, environment and files say of them today, FIPS and
    /// dual-stack included, is passed over.
    ///
    /// - Parameter storedEndpoint: an endpoint's description.
    package static func resolve(
        storedRegion: String, storedEndpoint: String, profile: String? = nil,
        environment: [String: String]
    ) throws(ConnectClientError) -> ClientConfiguration {
        let settings = try ClientSettings(profile: profile, environment: environment)
        let region = try settings.region(storedRegion)
        var configuration = try ClientConfiguration(region, Endpoint(storedEndpoint), settings)
        // One that is not what today's settings give was on the command line, for all services.
        if let usual = try? settings.endpoint(of: .connect, in: region),
            let quotas = try? settings.endpoint(of: .serviceQuotas, in: region),
            let identity = try? settings.endpoint(of: .sts, in: region),
            "\(usual)" == storedEndpoint
        {
            configuration.quotasEndpoint = quotas
            configuration.identityEndpoint = identity
        }
        return configuration
    }

    private init(
        _ region: String, _ endpoint: Endpoint, _ settings: ClientSettings
    ) throws(ConnectClientError) {
        self.init(region: region, endpoint: endpoint)
        limits.caBundle = try settings.caBundle()
        limits.proxy = try settings.proxy()
        applicationID = settings.applicationID
    }
}
