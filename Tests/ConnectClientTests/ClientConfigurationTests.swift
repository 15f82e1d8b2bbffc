import ConnectClient
import Testing

/// Region, endpoint and CA bundle, from flags, variables and files.
struct ClientConfigurationTests {
    private func endpoint(_ environment: [String: String]) throws -> String {
        try ClientConfiguration.resolve(environment: environment).endpoint.description
    }

    private func code(_ body: () throws -> Void) -> ConnectClientError.Code? {
        #expect(throws: ConnectClientError.self, performing: body)?.code
    }

    @Test func `takes the Region from the nearest place that has one`() throws {
        let home = try TemporaryHome(config: "[default]\nregion = eu-west-2\n")
        func region(_ flag: String?, _ variables: [String: String]) throws -> String {
            try ClientConfiguration.resolve(
                region: flag, environment: home.environment(variables)
            ).region
        }
        let both = ["AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "ca-central-1"]
        #expect(try region("us-east-1", both) == "us-east-1")
        #expect(try region(nil, both) == "us-west-2")
        #expect(try region(nil, ["AWS_DEFAULT_REGION": "ca-central-1"]) == "ca-central-1")
        #expect(try region(nil, ["AWS_REGION": ""]) == "eu-west-2")
    }

    @Test func `asks for a Region where there is none`() {
        #expect(code { _ = try endpoint([:]) } == .regionMissing)
    }

    @Test(arguments: ["us-east-1.evil.example/", "US-EAST-1", "a b", "é"])
    func `takes nothing for a Region that could be more`(_ region: String) {
        #expect(code { _ = try endpoint(["AWS_REGION": region]) } == .regionInvalid)
    }

    // botocore 1.43.11, connect/endpoint-rule-set-1.json with partitions.json.
    @Test(arguments: [
        ("us-east-1", "connect.us-east-1.amazonaws.com"),
        ("moon-base-1", "connect.moon-base-1.amazonaws.com"),
        ("cn-north-1", "connect.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "connect.eusc-de-east-1.amazonaws.eu"),
        ("us-iso-east-1", "connect.us-iso-east-1.c2s.ic.gov"),
        ("us-isob-east-1", "connect.us-isob-east-1.sc2s.sgov.gov"),
        ("us-isof-south-1", "connect.us-isof-south-1.csp.hci.ic.gov"),
        ("eu-isoe-west-1", "connect.eu-isoe-west-1.cloud.adc-e.uk"),
        ("us-gov-west-1", "connect.us-gov-west-1.amazonaws.com"),
    ])
    func `finds the Region's endpoint by the rules`(_ region: String, _ host: String) throws {
        #expect(try endpoint(["AWS_REGION": region]) == "https://\(host)")
    }

    @Test(arguments: [
        ("us-east-1", true, false, "connect-fips.us-east-1.amazonaws.com"),
        ("us-east-1", false, true, "connect.us-east-1.api.aws"),
        ("us-east-1", true, true, "connect-fips.us-east-1.api.aws"),
        ("us-gov-west-1", true, false, "connect.us-gov-west-1.amazonaws.com"),
        ("us-gov-west-1", true, true, "connect-fips.us-gov-west-1.api.aws"),
        ("cn-north-1", false, true, "connect.cn-north-1.api.amazonwebservices.com.cn"),
    ])
    func `knows FIPS and dual-stack endpoints`(
        _ region: String, _ usesFIPS: Bool, _ usesDualStack: Bool, _ host: String
    ) throws {
        let found = try endpoint([
            "AWS_REGION": region, "AWS_USE_FIPS_ENDPOINT": "\(usesFIPS)",
            "AWS_USE_DUALSTACK_ENDPOINT": "\(usesDualStack)",
        ])
        #expect(found == "https://\(host)")
    }

    @Test func `takes an endpoint from the nearest place that has one`() throws {
        let home = try TemporaryHome(
            config: """
                [profile night]
                region = eu-west-2
                services = local
                endpoint_url = https://profile.example
                [services local]
                connect =
                  endpoint_url = https://services.example
                """)
        func url(_ flag: String?, _ variables: [String: String]) throws -> String {
            try ClientConfiguration.resolve(
                endpointURL: flag, profile: "night", environment: home.environment(variables)
            ).endpoint.description
        }
        let both = [
            "AWS_ENDPOINT_URL_CONNECT": "https://connect.example",
            "AWS_ENDPOINT_URL": "https://all.example",
        ]
        #expect(try url("https://flag.example", both) == "https://flag.example")
        #expect(try url(nil, both) == "https://connect.example")
        #expect(
            try url(nil, ["AWS_ENDPOINT_URL": "https://all.example"]) == "https://all.example")
        #expect(try url(nil, [:]) == "https://services.example")
        let ignoring = both.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]) { $1 }
        #expect(try url(nil, ignoring) == "https://connect.eu-west-2.amazonaws.com")
        #expect(
            code { _ = try url(nil, ["AWS_USE_FIPS_ENDPOINT": "true"]) } == .settingsConflict)
    }

    @Test func `finds Service Quotas in the same Region, or where the flag points all services`()
        throws
    {
        let aws = "https://servicequotas.eu-west-2.amazonaws.com"
        func quotas(_ flag: String?, _ more: [String: String] = [:]) throws -> String {
            let environment = more.merging(["AWS_REGION": "eu-west-2"]) { first, _ in first }
            return try ClientConfiguration.resolve(endpointURL: flag, environment: environment)
                .quotasEndpoint.description
        }
        #expect(try quotas(nil) == aws)
        #expect(try quotas("http://127.0.0.1:9") == "http://127.0.0.1:9")
        #expect(try quotas(nil, ["AWS_ENDPOINT_URL_CONNECT": "https://vpce.example"]) == aws)
        #expect(try quotas(nil, ["AWS_ENDPOINT_URL": "https://b.example"]) == "https://b.example")
        let wrong = ["AWS_ENDPOINT_URL_SERVICE_QUOTAS": "nonsense"]
        #expect(try quotas(nil, wrong) == "https://connect.eu-west-2.amazonaws.com")
        func stored(_ endpoint: String) throws -> String {
            try ClientConfiguration.resolve(
                storedRegion: "eu-west-2", storedEndpoint: endpoint, environment: [:]
            ).quotasEndpoint.description
        }
        #expect(try stored("https://connect.eu-west-2.amazonaws.com") == aws)
        #expect(try stored("http://127.0.0.1:9") == "http://127.0.0.1:9")
    }

    @Test(arguments: ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
    func `goes on with a stored endpoint whatever is configured today`(
        _ variable: String
    ) throws {
        let home = try TemporaryHome(
            config: "[default]\nregion = eu-west-2\nendpoint_url = https://p.example\n"
                + "ca_bundle = /dev/null\n")
        let environment = home.environment([
            variable: "true", "AWS_REGION": "us-west-2", "AWS_ENDPOINT_URL": "https://all.example",
        ])
        let stored = try ClientConfiguration.resolve(environment: [
            variable: "true", "AWS_REGION": "us-east-1",
        ]).endpoint.description
        for endpoint in [stored, "https://connect.us-east-1.amazonaws.com", "http://127.0.0.1:9"] {
            let found = try ClientConfiguration.resolve(
                storedRegion: "us-east-1", storedEndpoint: endpoint, environment: environment)
            #expect(found.region == "us-east-1")
            #expect(found.endpoint.description == endpoint)
            #expect(found.limits.caBundle == "/dev/null")
        }
    }

    @Test(arguments: [
        ("https://a.example", "https://a.example"), ("HTTPS://A.Example:443/", "https://a.example"),
        ("https://a.example:8443/base/", "https://a.example:8443/base"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://[::1]:1", "http://[::1]:1"),
        ("http://localhost", "http://localhost"), ("http://127.9.9.9", "http://127.9.9.9"),
    ])
    func `understands an endpoint`(_ text: String, _ description: String) throws {
        #expect(try Endpoint(text).description == description)
    }

    @Test(arguments: [
        "", "a.example", "ftp://a.example", "http://a.example", "http://127.0.0.1.a.example",
        "http://127.0.0", "http://10.0.0.1", "http://0.0.0.0", "http://localhost.a.example",
        "https://", "https://user@a.example", "https://a.example?x", "https://a.example/#x",
        "https://a.example:0", "https://a.example:65536", "https://a.example:x", "https://[::1",
        "https://a b", "https://a.example/ x", "https://[::1]x", "http://127.0.0.256",
    ])
    func `refuses an endpoint that is none, or is in the clear elsewhere`(_ text: String) {
        #expect(code { _ = try Endpoint(text) } == .endpointInvalid)
    }

    @Test(arguments: [
        ("https://mara:hush@a.example/x", "https://a.example/x"),
        ("https://mara:hu/sh?#@a.example", "https://a.example"),
        ("mara:hush@a.example", "a.example"), ("HTTP://hush@127.0.0.1", "http://127.0.0.1"),
        ("https://mara:hu@sh@a.example:x", "https://a.example:x"), ("hush@https://a", "https://a"),
    ])
    func `does not repeat a password of a refused endpoint`(
        _ text: String, _ shown: String
    ) throws {
        let error = try #require(
            #expect(throws: ConnectClientError.self) { try Endpoint(text) })
        #expect(error.message.hasPrefix("The endpoint \(shown) cannot be used: a user"))
        #expect(!error.message.contains("hu"))
        #expect(!error.message.contains("mara"))
        let environment = [
            "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": text, "AWS_USE_FIPS_ENDPOINT": "true",
        ]
        #expect(code { _ = try endpoint(environment) } == .endpointInvalid)
    }

    @Test func `takes a CA bundle that can be read`() throws {
        let home = try TemporaryHome(config: "[default]\nregion = eu-west-2\n")
        let bundle = "\(home.path)/.aws/config"
        let environment = home.environment(["AWS_CA_BUNDLE": bundle])
        #expect(
            try ClientConfiguration.resolve(environment: environment).limits.caBundle == bundle)
        let missing = home.environment(["AWS_CA_BUNDLE": "\(home.path)/missing.pem"])
        #expect(
            code { _ = try ClientConfiguration.resolve(environment: missing) }
                == .caBundleUnreadable)
    }
}
