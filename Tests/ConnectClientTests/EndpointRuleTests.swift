import ConnectClient
import Testing

/// AWS's rule sets; `make interop` compares the whole table with botocore's.
struct EndpointRuleTests {
    private func host(
        _ service: AWSService, _ region: String, fips: Bool = false, dualStack: Bool = false,
        globalSTS: Bool = false
    ) throws -> String {
        try Endpoint.rules(
            for: service, region: region, usesFIPS: fips, usesDualStack: dualStack,
            usesGlobalSTS: globalSTS
        ).host
    }

    @Test(arguments: [
        (AWSService.connect, "connect"), (.sts, "sts"), (.serviceQuotas, "servicequotas"),
        (.sso, "portal.sso"), (.ssoOIDC, "oidc"),
    ])
    func `names each service's host`(_ service: AWSService, _ name: String) throws {
        #expect(try host(service, "eu-west-2") == "\(name).eu-west-2.amazonaws.com")
        #expect(
            try host(service, "us-gov-west-1", fips: true)
                == "\(name).us-gov-west-1.amazonaws.com")
        #expect(
            try host(service, "us-gov-west-1", fips: true, dualStack: true)
                == "\(name)-fips.us-gov-west-1.api.aws")
        #expect(
            try host(service, "cn-north-1", fips: true)
                == "\(name)-fips.cn-north-1.amazonaws.com.cn")
        #expect(
            try host(service, "eusc-de-east-1", dualStack: true)
                == "\(name).eusc-de-east-1.api.amazonwebservices.eu")
    }

    @Test(arguments: [
        // A partition's own name for no Region.
        ("aws-cn-global", "amazonaws.com.cn"), ("aws-iso-b-global", "sc2s.sgov.gov"),
        ("aws-us-gov-global", "amazonaws.com"),
        // Names that only begin like those of a partition.
        ("cn-north", "amazonaws.com"), ("cn-north-x", "amazonaws.com"),
        ("cn-north-1-2", "amazonaws.com"), ("cn--1", "amazonaws.com"),
        ("us-iso-1", "amazonaws.com"), ("eusc-fr-west-1", "amazonaws.com"),
        ("eusc-de-1", "amazonaws.com"), ("aws-eusc-global", "amazonaws.com"),
        // Regions to come.
        ("us-isof-moon-9", "csp.hci.ic.gov"), ("cn-moon-12", "amazonaws.com.cn"),
    ])
    func `finds the partition by the whole name`(_ region: String, _ suffix: String) throws {
        #expect(try host(.connect, region) == "connect.\(region).\(suffix)")
    }

    @Test func `calls STS at its one old address where that is asked for`() throws {
        let old = "sts.amazonaws.com"
        #expect(try host(.sts, "aws-global") == old)
        #expect(try host(.sts, "eu-west-2", globalSTS: true) == old)
        #expect(try host(.sts, "eu-west-2") == "sts.eu-west-2.amazonaws.com")
        #expect(
            try host(.sts, "af-south-1", globalSTS: true) == "sts.af-south-1.amazonaws.com")
        #expect(
            try host(.sts, "eu-west-2", fips: true, globalSTS: true)
                == "sts-fips.eu-west-2.amazonaws.com")
        #expect(
            try host(.sts, "eu-west-2", dualStack: true, globalSTS: true)
                == "sts.eu-west-2.api.aws")
        #expect(try host(.connect, "eu-west-2", globalSTS: true).hasPrefix("connect.eu-west-2."))
        let endpoint = try Endpoint.rules(
            for: .sts, region: "eu-west-2", usesFIPS: false, usesDualStack: false,
            usesGlobalSTS: true)
        #expect(endpoint.signingRegion == "us-east-1")
    }

    @Test(arguments: ["", "us-east-1.evil.example/", "US-EAST-1", "a b", "é", "a_b"])
    func `builds no host of what could be more than a Region`(_ region: String) {
        let error = #expect(throws: ConnectClientError.self) { try host(.sso, region) }
        #expect(error?.code == .regionInvalid)
    }

    @Test(arguments: ["fips-us-east-1", "us-gov-west-1-fips"])
    func `asks for the Region instead of an old name of an endpoint`(_ region: String) {
        let error = #expect(throws: ConnectClientError.self) { try host(.connect, region) }
        #expect(error?.message.contains("AWS_USE_FIPS_ENDPOINT=true") == true)
    }

    @Test func `says that a named section of services is missing, where it would be asked`() throws
    {
        let home = try TemporaryHome(config: "[default]\nregion = eu-west-2\nservices = lost\n")
        let error = #expect(throws: ConnectClientError.self) {
            try ClientConfiguration.resolve(environment: home.environment())
        }
        #expect(error?.code == .profileFileInvalid)
        #expect(error?.message.contains("[services lost]") == true)
        for variables in [
            ["AWS_ENDPOINT_URL": "https://a.example"],
            ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"],
        ] {
            _ = try ClientConfiguration.resolve(environment: home.environment(variables))
        }
    }

    @Test func `knows how STS may be addressed, and nothing else`() throws {
        let home = try TemporaryHome(
            config: "[default]\nregion = eu-west-2\nsts_regional_endpoints = old\n")
        func settle(_ variables: [String: String]) throws {
            _ = try ClientConfiguration.resolve(environment: home.environment(variables))
        }
        let error = #expect(throws: ConnectClientError.self) { try settle([:]) }
        #expect(error?.message.contains("regional or legacy") == true)
        for choice in ["regional", "LEGACY"] {
            try settle(["AWS_STS_REGIONAL_ENDPOINTS": choice])
        }
    }
}
