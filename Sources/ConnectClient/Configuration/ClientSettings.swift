import FoundationEssentials

/// What environment and shared files say of how AWS is called.
package struct ClientSettings: Sendable {
    let profile: Profile
    /// All that is read of the process.
    let environment: [String: String]

    /// - Parameter profile: what the operator named on the command line.
    package init(profile: String?, environment: [String: String]) throws(ConnectClientError) {
        self.profile = try Profile(named: profile, environment: environment)
        self.environment = environment
    }

    /// The Region of a flag, the environment or the profile, in this order.
    func region(_ flag: String?) throws(ConnectClientError) -> String {
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

    /// Where a service is in a Region: by the flag, by settings, or by AWS's rules.
    func endpoint(
        of service: AWSService, in region: String, flag: String? = nil
    ) throws(ConnectClientError) -> Endpoint {
        let usesFIPS = isOn("AWS_USE_FIPS_ENDPOINT")
        let usesDualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT")
        guard let url = flag ?? configuredURL(of: service) else {
            return .rules(
                for: service, region: region, usesFIPS: usesFIPS, usesDualStack: usesDualStack)
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
    private func configuredURL(of service: AWSService) -> String? {
        guard !isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") else { return nil }
        let name = service.settingsName
        return environment.value("AWS_ENDPOINT_URL_\(name.uppercased())")
            ?? environment.value("AWS_ENDPOINT_URL")
            ?? profile.services["\(name).endpoint_url"] ?? profile["endpoint_url"]
    }

    /// The file of certificates to trust instead of the system's; nil where none is set.
    func caBundle() throws(ConnectClientError) -> String? {
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

    /// A variable, else the profile's setting of the same name without `AWS_`.
    func value(_ variable: String) -> String? {
        let setting = variable.dropFirst("AWS_".count).lowercased()
        return environment.value(variable) ?? profile[setting]
    }

    /// A switch: see ``value(_:)``.
    func isOn(_ variable: String) -> Bool { value(variable)?.lowercased() == "true" }
}
