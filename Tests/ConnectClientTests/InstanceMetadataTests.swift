import AWSSigning
import ConnectClient
import TestSupport
import Testing
import TransferCore

/// The instance metadata service of EC2, over real HTTP.
struct InstanceMetadataTests {
    private static let rolePath = "/latest/meta-data/iam/security-credentials/"
    private static let good = """
        {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "AKID", "Token": "t0k3n",
         "SecretAccessKey": "hush-hush", "Expiration": "2026-11-22T15:08:07Z"}
        """

    /// A service that does as EC2's, but for the answers named by their paths.
    private func server(_ other: [String: String] = [:]) throws -> ScriptedServer {
        try ScriptedServer(
            .choose { request in
                let words = request.requestLine.split(separator: " ").map(String.init)
                if let other = other[words[1]] { return other }
                switch (words[0], words[1]) {
                case ("PUT", "/latest/api/token"): return answer("200 OK", body: "s3ss10n==")
                case ("GET", Self.rolePath): return answer("200 OK", body: "night.role+1")
                case ("GET", Self.rolePath + "night.role+1"):
                    return answer("200 OK", body: Self.good)
                default: return answer("404 Not Found")
                }
            })
    }

    private func find(
        _ url: String, config: String = "", _ variables: [String: String] = [:]
    ) async throws -> FoundCredentials? {
        let home = try TemporaryHome(config: "[default]\n\(config)\n")
        let environment = variables.merging([
            "HOME": home.path, "AWS_EC2_METADATA_SERVICE_ENDPOINT": url,
        ]) { given, _ in given }
        return try await InstanceMetadataCredentials(
            settings: try ClientSettings(profile: nil, environment: environment),
            surroundings: fixedSurroundings()
        ).credentials()
    }

    private func error(
        _ url: String, config: String = "", _ variables: [String: String] = [:]
    ) async -> ConnectClientError? {
        await #expect(throws: ConnectClientError.self) {
            try await find(url, config: config, variables)
        }
    }

    @Test(arguments: ["", "/"])
    func `takes a token, the role's name, and its credentials`(_ slash: String) async throws {
        let server = try server()
        defer { server.stop() }
        let found = try await find(server.url + slash)
        #expect(
            found?.credentials
                == Credentials(
                    accessKeyID: "AKID", secretAccessKey: "hush-hush", sessionToken: "t0k3n",
                    expirationMilliseconds: fixedNow.milliseconds + 6 * 3_600_000))
        #expect(found?.source == "the instance metadata (role night.role+1)")
        let received = server.received
        #expect(
            received.map(\.requestLine) == [
                "PUT /latest/api/token HTTP/1.1", "GET \(Self.rolePath) HTTP/1.1",
                "GET \(Self.rolePath)night.role+1 HTTP/1.1",
            ])
        #expect(received[0].headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600")
        #expect(
            received.dropFirst().allSatisfy {
                $0.headers["x-aws-ec2-metadata-token"] == "s3ss10n=="
            })
        #expect(received[0].headers["user-agent"]?.hasPrefix("baton/1.2.3 ") == true)
    }

    @Test func `is not asked where it is switched off`() async throws {
        let server = try server()
        defer { server.stop() }
        #expect(try await find(server.url, ["AWS_EC2_METADATA_DISABLED": "TRUE"]) == nil)
        #expect(server.received.isEmpty)
    }

    @Test func `a machine that is none, or an instance without a role, has nothing to give`()
        async throws
    {
        let port = try UnservedPort()
        #expect(try await find("http://127.0.0.1:\(port.number)") == nil)
        let server = try server([Self.rolePath: answer("404 Not Found")])
        defer { server.stop() }
        #expect(try await find(server.url) == nil)
    }

    @Test(arguments: ["403 Forbidden", "404 Not Found", "405 Method Not Allowed"])
    func `falls back to the first version where there is no token`(_ status: String) async throws {
        let server = try server(["/latest/api/token": answer(status)])
        defer { server.stop() }
        #expect(try await find(server.url) != nil)
        #expect(server.received.allSatisfy { $0.headers["x-aws-ec2-metadata-token"] == nil })
        let off = "AWS_EC2_METADATA_V1_DISABLED"
        let before = server.received.count
        #expect(try #require(await error(server.url, [off: "true"])).message.contains(off))
        let config = "ec2_metadata_v1_disabled = true"
        #expect(try #require(await error(server.url, config: config)).message.contains(off))
        #expect(server.received.count == before + 2)
    }

    @Test func `a token that does not come in time makes the first version be tried`() async throws
    {
        let server = try ScriptedServer(
            .silence, .send(answer("200 OK", body: "r")), .send(answer("200 OK", body: Self.good)))
        defer { server.stop() }
        #expect(try await find(server.url)?.source == "the instance metadata (role r)")
        let silent = try ScriptedServer(.silence)
        defer { silent.stop() }
        #expect(try await find(silent.url) == nil)
    }

    @Test func `fails where the token is refused as such`() async throws {
        let server = try server(["/latest/api/token": answer("400 Bad Request")])
        defer { server.stop() }
        let error = try #require(await error(server.url))
        #expect(error.message.contains("HTTP 400") && !error.isTransient)
        #expect(error.message.contains("AWS_EC2_METADATA_DISABLED"))
        #expect(server.received.count == 1)
    }

    @Test(arguments: ["../../x", "a/b", "<html>", "a b", "..", String(repeating: "r", count: 65)])
    func `takes nothing for a role that is no name`(_ role: String) async throws {
        let server = try server([Self.rolePath: answer("200 OK", body: role)])
        defer { server.stop() }
        #expect(try #require(await error(server.url)).message.contains("no role's name"))
        #expect(server.received.count == 2)
    }

    @Test func `says why an instance has no credentials`() async throws {
        let body = #"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 may not"}"#
        let server = try server([Self.rolePath + "night.role+1": answer("200 OK", body: body)])
        defer { server.stop() }
        let error = try #require(await error(server.url))
        #expect(error.message.contains("AssumeRoleUnauthorizedAccess: EC2 may not. Check"))
        #expect(!error.isTransient)
    }

    @Test func `tries as often as it is told`() async throws {
        let server = try ScriptedServer(
            .send(answer("503 Busy")), .send(answer("200 OK", body: "tok")),
            .send(answer("500 Oops")), .send(answer("200 OK", body: "r")),
            .close, .send(answer("200 OK", body: Self.good)))
        defer { server.stop() }
        #expect(try await find(server.url, ["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"]) != nil)
        let once = try ScriptedServer(.send(answer("503 Busy")))
        defer { once.stop() }
        #expect(try #require(await error(once.url)).isTransient)
        #expect(once.received.count == 1)
        let config = "metadata_service_num_attempts = 3"
        _ = await self.error(once.url, config: config)
        #expect(once.received.count == 4)
    }

    @Test(arguments: [
        ["AWS_METADATA_SERVICE_TIMEOUT": "soon"], ["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "0"],
        [
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "",
        ],
        ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://169.254.170.2"],
        ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://anywhere.example"],
    ])
    func `refuses settings by name`(_ variables: [String: String]) async throws {
        let error = try #require(await error("http://127.0.0.1:1", variables))
        #expect(variables.keys.contains { error.message.contains($0) }, "\(error.message)")
    }

    @Test func `lets credentials near their end live a few minutes more`() {
        var rng = SystemRandomNumberGenerator()
        for (left, isExtended) in [(-3600, true), (60, true), (601, false), (21_600, false)] {
            let end = fixedNow.milliseconds + Int64(left) * 1000
            let credentials = Credentials(
                accessKeyID: "A", secretAccessKey: "s", expirationMilliseconds: end)
            let living = credentials.living(at: fixedNow, using: &rng)
            let seconds = ((living.expirationMilliseconds ?? 0) - fixedNow.milliseconds) / 1000
            #expect(isExtended ? (120...600).contains(seconds) : seconds == left)
        }
    }

    @Test func `asks no proxy`() async throws {
        let server = try server()
        defer { server.stop() }
        let proxy = try ScriptedServer(.send(answer("502 Bad Gateway")))
        defer { proxy.stop() }
        let credentials = InstanceMetadataCredentials(
            settings: try ClientSettings(
                profile: nil, environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url]),
            surroundings: try surroundings(proxy: proxy))
        #expect(try await credentials.credentials() != nil)
        #expect(server.received.count == 3)
        #expect(proxy.received.isEmpty)
    }
}
