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
        try Endpoint.checkRegion(region)
        return region
    }

    /// Where a service is in a Region: by the flag, by settings, or by AWS's rules.
    func endpoint(
        of service: AWSService, in region: String, flag: String? = nil
    ) throws(ConnectClientError) -> Endpoint {
        let usesFIPS = isOn("AWS_USE_FIPS_ENDPOINT")
        let usesDualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT")
        let configured = flag == nil ? try configuredURL(of: service) : nil
        guard let url = flag ?? configured else {
            return try .rules(
                for: service, region: region, usesFIPS: usesFIPS, usesDualStack: usesDualStack,
                usesGlobalSTS: usesGlobalSTS())
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
    private func configuredURL(of service: AWSService) throws(ConnectClientError) -> String? {
        guard !isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") else { return nil }
        let name = service.settingsName
        let variable =
            environment.value("AWS_ENDPOINT_URL_\(name.uppercased())")
            ?? environment.value("AWS_ENDPOINT_URL")
        if let variable { return variable }
        if let section = profile["services"], !profile.services.isPresent {
            throw ConnectClientError(
                .profileFileInvalid,
                "The profile \(profile.name) names [services \(section)], which the file of "
                    + "settings does not have. Add the section, or take the line away.")
        }
        return profile.services.nested[name]?["endpoint_url"] ?? profile["endpoint_url"]
    }

    private func usesGlobalSTS() throws(ConnectClientError) -> Bool {
        let variable = "AWS_STS_REGIONAL_ENDPOINTS"
        let choice = environment.value(variable) ?? profile["sts_regional_endpoints"]
        switch choice?.lowercased() {
        case nil, "regional": return false
        case "legacy": return true
        default:
            throw ConnectClientError(
                .settingsConflict,
                "\(variable) and `sts_regional_endpoints` can be regional or legacy, and nothing "
                    + "else. Set one of these, or none.")
        }
    }

    /// How hosts other than this machine are reached; by no proxy where none is set.
    ///
    /// The names are AWS's and libcurl's: HTTP_PROXY holds for plain http alone, which leaves this
    /// machine never. In lower case they go first, as both have it.
    func proxy() throws(ConnectClientError) -> ProxySettings {
        func value(_ name: String) -> String? {
            environment.value(name) ?? environment.value(name.uppercased())
        }
        guard let url = value("https_proxy") ?? value("all_proxy") else { return ProxySettings() }
        return try ProxySettings(url, exceptions: value("no_proxy") ?? "")
    }

    /// What the operator calls this use of AWS, for the `User-Agent`; nil where nobody said.
    var applicationID: String? {
        environment.value("AWS_SDK_UA_APP_ID") ?? profile["sdk_ua_app_id"]
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
