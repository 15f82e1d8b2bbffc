import ConnectClient
import TestSupport
import Testing
import TransferCore

/// The proxy between here and AWS: which one, for what, and what is said where it does not serve.
@Suite(.timeLimit(.minutes(1)))
struct ProxyTests {
    private func proxy(_ variables: [String: String]) throws -> ProxySettings {
        try ClientConfiguration.resolve(
            environment: variables.merging(["AWS_REGION": "us-east-1"]) { $1 }
        ).limits.proxy
    }

    /// What a call to AWS meets that goes through a proxy with these answers.
    private func failure(
        through server: ScriptedServer, endpoint: String = "https://connect.us-east-1.example",
        login: String = "", more: [String: String] = [:]
    ) async throws -> TransferFailure? {
        defer { server.stop() }
        var limits = TransportLimits()
        limits.connectTimeout = .milliseconds(300)
        limits.proxy = try proxy(
            more.merging(["HTTPS_PROXY": "http://\(login)127.0.0.1:\(server.port)"]) { $1 })
        let client = ConnectClient(
            configuration: ClientConfiguration(
                region: "us-east-1", endpoint: try Endpoint(endpoint), limits: limits),
            credentials: ListedCredentials("AKID"), surroundings: fixedSurroundings(limits))
        return await caught { try await client.transfer(request) }
    }

    @Test func `takes the proxy from the variables that AWS's tools and curl read`() throws {
        let all = ["HTTPS_PROXY": "http://b:2", "ALL_PROXY": "http://d:4"]
        #expect(
            try proxy(all.merging(["https_proxy": "http://a:1"]) { $1 }).address == "http://a:1")
        #expect(try proxy(all).address == "http://b:2")
        #expect(try proxy(["ALL_PROXY": "socks5h://D"]).address == "socks5h://d:1080")
        #expect(try proxy(["https_proxy": "a.example"]).address == "http://a.example:80")
        #expect(try proxy(["https_proxy": "https://[::1]/"]).address == "https://[::1]:443")
        #expect(try proxy(["HTTP_PROXY": "http://c:3"]).address == nil)
        #expect(try proxy(["HTTPS_PROXY": ""]).address == nil)
    }

    @Test(arguments: [
        "http://mara:hush@", "ftp://mara:hush@a:1", "http://mara:hush@a:x", "http://a b",
        "http://mara:hu%FFsh@a:1", "hush://a", "http://a/hush",
    ])
    func `refuses a proxy that is none, and repeats nothing of it`(_ url: String) {
        let error = #expect(throws: ConnectClientError.self) { try proxy(["HTTPS_PROXY": url]) }
        #expect(error?.code == .proxyInvalid)
        #expect(error?.message.contains("hu") == false)
        #expect(error?.message.contains("mara") == false)
    }

    @Test func `shows no password of a proxy`() throws {
        let limits = try ClientConfiguration.resolve(environment: [
            "AWS_REGION": "us-east-1", "HTTPS_PROXY": "http://mara:hush@a:1",
        ]).limits
        var dumped = "\(limits) \(limits.proxy)"
        dump(limits, to: &dumped)
        #expect(dumped.contains("http://a:1"))
        #expect(!dumped.contains("hush"))
        #expect(!dumped.contains("mara"))
    }

    @Test(arguments: [
        // mara:hu:sh, mara:, :hush
        ("mara:hu%3Ash@", "bWFyYTpodTpzaA=="), ("mara@", "bWFyYTo="), (":hush@", "Omh1c2g="),
    ])
    func `asks the proxy to connect, with user and password`(
        _ login: String, _ sent: String
    ) async throws {
        let server = try ScriptedServer(.send(answer("502 Bad Gateway")))
        _ = try await failure(through: server, login: login)
        let asked = try #require(server.received.first)
        #expect(asked.requestLine == "CONNECT connect.us-east-1.example:443 HTTP/1.1")
        #expect(asked.headers["proxy-authorization"] == "Basic \(sent)")
        #expect(asked.headers["authorization"] == nil, "what is signed is for the service alone")
        #expect(asked.headers["x-amz-date"] == nil)
    }

    @Test(arguments: [
        ("407 Proxy Authentication Required", "asks for another user or password (HTTP 407)"),
        ("502 Bad Gateway", "refused to connect (HTTP 502)"),
        ("403 Forbidden", "refused to connect (HTTP 403)"),
        ("302 Found", "refused to connect (HTTP 302)"),
    ])
    func `says that the proxy refused, and that nothing was sent`(
        _ status: String, _ words: String
    ) async throws {
        let server = try ScriptedServer(.send(answer(status, "Location: https://x", body: "no")))
        let port = server.port
        let failure = try await failure(through: server, login: "mara:hush@")
        #expect(failure?.code == "ServiceUnreachable")
        #expect(failure?.message.contains("the proxy http://127.0.0.1:\(port) \(words)") == true)
        #expect(failure?.message.contains("hush") == false)
        #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
        #expect(failure?.httpStatus == nil)
    }

    @Test func `gives up on a proxy that hangs`() async throws {
        let server = try ScriptedServer(.silence)
        let failure = try await failure(through: server)
        #expect(failure?.code == "RequestTimedOut")
        let start =
            "connect.us-east-1.example could not be reached in time: "
            + "the proxy http://127.0.0.1:\(server.port) did not connect: "
        #expect(failure?.message.hasPrefix(start) == true, "\(failure?.message ?? "")")
        #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
    }

    @Test func `says that a proxy is not there`() async throws {
        let port = try UnservedPort()
        var limits = TransportLimits()
        limits.proxy = try proxy(["HTTPS_PROXY": "http://mara:hush@127.0.0.1:\(port.number)"])
        let client = ConnectClient(
            configuration: ClientConfiguration(
                region: "us-east-1", endpoint: try Endpoint("https://connect.example"),
                limits: limits),
            credentials: ListedCredentials("AKID"), surroundings: fixedSurroundings(limits))
        let failure = await caught { try await client.transfer(request) }
        #expect(failure?.code == "ServiceUnreachable")
        let start =
            "connect.example cannot be reached: "
            + "the proxy http://127.0.0.1:\(port.number) did not connect: "
        #expect(failure?.message.hasPrefix(start) == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("hush") == false)
        #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
    }

    @Test func `says that a proxy hung up`() async throws {
        let server = try ScriptedServer(.close)
        let failure = try await failure(through: server)
        #expect(failure?.code == "ServiceUnreachable")
        #expect(
            failure?.message.contains("the proxy http://127.0.0.1:\(server.port) did not connect")
                == true, "\(failure?.message ?? "")")
        #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
    }

    @Test(arguments: ["connect.invalid:8443", "10.0.0.0/8", "valid", "other.invalid"])
    func `goes through the proxy where no exception fits`(_ exceptions: String) async throws {
        let server = try ScriptedServer(.send(answer("502 Bad Gateway")))
        _ = try await failure(
            through: server, endpoint: "https://connect.invalid", more: ["NO_PROXY": exceptions])
        #expect(server.connectionCount == 1)
    }

    @Test(arguments: [
        ("https://127.0.0.1:1", ""), ("https://localhost:1", ""),
        ("https://169.254.170.23:1", ""), ("https://connect.invalid", "connect.invalid"),
        ("https://connect.invalid", "a.example, .invalid"), ("https://connect.invalid", "*"),
        ("https://169.254.169.254:1", ""), ("https://[fd00:0ec2::254]:1", ""),
        ("https://127.1.2.3:1", "127.1.2.3:443"), ("https://connect.invalid:1", "invalid:1"),
    ])
    func `goes past the proxy to this machine and to the exceptions`(
        _ endpoint: String, _ exceptions: String
    ) async throws {
        let server = try ScriptedServer(.send(answer("502 Bad Gateway")))
        let failure = try await failure(
            through: server, endpoint: endpoint, more: ["NO_PROXY": exceptions])
        #expect(failure != nil, "nobody is there")
        #expect(server.connectionCount == 0)
    }
}
