import FoundationEssentials

/// Where to and how the client connects: settled once, before the first call.
package struct ClientConfiguration: Sendable {
    /// The Region that requests are signed for.
    package var region: String
    package var endpoint: Endpoint
    /// Timeouts, sizes and the CA bundle.
    package var limits: TransportLimits

    package init(region: String, endpoint: Endpoint, limits: TransportLimits = TransportLimits()) {
        self.region = region
        self.endpoint = endpoint
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
        let profile = try Profile(named: profile, environment: environment)
        let region = try Self.region(region, profile, environment)
        let endpoint = try endpoint(endpointURL, region: region, profile, environment)
        return try ClientConfiguration(region, endpoint, profile, environment)
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
        let profile = try Profile(named: profile, environment: environment)
        let region = try Self.region(storedRegion, profile, environment)
        return try ClientConfiguration(
            region, Endpoint(storedEndpoint), profile, environment)
    }

    private init(
        _ region: String, _ endpoint: Endpoint, _ profile: Profile, _ environment: [String: String]
    ) throws(ConnectClientError) {
        self.init(region: region, endpoint: endpoint)
        limits.caBundle = try Self.caBundle(profile, environment)
    }

    private static func region(
        _ flag: String?, _ profile: Profile, _ environment: [String: String]
    ) throws(ConnectClientError) -> String {
        let region =
            flag ?? environment.value("AWS_REGION") ?? environment.value("AWS_DEFAULT_REGION")
            ?? profile["region"]
        guard let region else {
            throw ConnectClientError(
                .regionMissing,
                "No Region is set. Give --region, or set AWS_REGION, or `region` in the profile "
                    + "\(profile.name).")
        }
        // It becomes part of a host's name: anything else could send the call elsewhere.
        let isLabel = region.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
        guard isLabel, (1...63).contains(region.utf8.count) else {
            throw ConnectClientError(
                .regionInvalid, "\(region) is no Region. Write it like us-east-1.")
        }
        return region
    }

    private static func endpoint(
        _ flag: String?, region: String, _ profile: Profile, _ environment: [String: String]
    ) throws(ConnectClientError) -> Endpoint {
        let usesFIPS = isOn("AWS_USE_FIPS_ENDPOINT", profile, environment)
        let usesDualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT", profile, environment)
        guard let url = flag ?? configuredURL(profile, environment) else {
            return .rules(region: region, usesFIPS: usesFIPS, usesDualStack: usesDualStack)
        }
        let endpoint = try Endpoint(url)
        guard !usesFIPS, !usesDualStack else {
            throw ConnectClientError(
                .settingsConflict,
                "The endpoint \(endpoint) is set together with FIPS or dual-stack endpoints. "
                    + "Unset one of them.")
        }
        return endpoint
    }

    /// In botocore's order (configprovider.py, ConfiguredEndpointProvider).
    private static func configuredURL(
        _ profile: Profile, _ environment: [String: String]
    ) -> String? {
        guard !isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", profile, environment) else { return nil }
        return environment.value("AWS_ENDPOINT_URL_CONNECT")
            ?? environment.value("AWS_ENDPOINT_URL")
            ?? profile.services["connect.endpoint_url"] ?? profile["endpoint_url"]
    }

    private static func caBundle(
        _ profile: Profile, _ environment: [String: String]
    ) throws(ConnectClientError) -> String? {
        guard let path = environment.value("AWS_CA_BUNDLE") ?? profile["ca_bundle"] else {
            return nil
        }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw ConnectClientError(
                .caBundleUnreadable,
                "The CA bundle \(path) cannot be read. Check AWS_CA_BUNDLE and `ca_bundle` in the "
                    + "profile \(profile.name).")
        }
        return path
    }

    /// A switch: the variable, else the setting of the same name without `AWS_`.
    private static func isOn(
        _ variable: String, _ profile: Profile, _ environment: [String: String]
    ) -> Bool {
        let setting = variable.dropFirst("AWS_".count).lowercased()
        return (environment.value(variable) ?? profile[setting])?.lowercased() == "true"
    }
}
