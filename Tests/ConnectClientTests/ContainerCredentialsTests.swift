import AWSSigning
import ConnectClient
import FoundationEssentials
import Synchronization
import TestSupport
import Testing
import TransferCore

/// The endpoint of ECS and EKS, over real HTTP.
struct ContainerCredentialsTests {
    private static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    private static let token = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
    private static let tokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    private static let good = """
        {"RoleArn": "r", "AccessKeyId": "AKID", "SecretAccessKey": "hush-hush", "Token": "t0k3n",
         "Expiration": "2026-11-22T15:08:07Z"}
        """

    private func find(_ environment: [String: String]) async throws -> FoundCredentials? {
        var patience = ContainerCredentials.Patience()
        patience.timeout = .milliseconds(200)
        patience.pause = .zero
        return try await ContainerCredentials(
            environment: environment, surroundings: fixedSurroundings(), patience: patience
        ).credentials()
    }

    private func error(_ environment: [String: String]) async -> ConnectClientError? {
        await #expect(throws: ConnectClientError.self) { try await find(environment) }
    }

    @Test func `asks where the variable says, with the token of the variable`() async throws {
        let server = try ScriptedServer(.send(answer("200 OK", body: Self.good)))
        defer { server.stop() }
        let found = try await find([
            Self.full: server.url + "/v2/creds/?id=1%2F2", Self.token: "Basic abc",
        ])
        #expect(
            found?.credentials
                == Credentials(
                    accessKeyID: "AKID", secretAccessKey: "hush-hush", sessionToken: "t0k3n",
                    expirationMilliseconds: fixedNow.milliseconds + 6 * 3_600_000))
        #expect(found?.source == "the container's endpoint")
        let received = try #require(server.received.first)
        #expect(received.requestLine == "GET /v2/creds/?id=1%2F2 HTTP/1.1")
        #expect(received.headers["authorization"] == "Basic abc")
        #expect(received.headers["accept"] == "application/json")
        #expect(received.headers["host"] == "127.0.0.1:\(server.port)")
    }

    @Test func `prefers the token's file, and reads it each time`() async throws {
        let home = try TemporaryHome()
        let path = home.path + "/token"
        let server = try ScriptedServer(.send(answer("200 OK", body: Self.good)))
        defer { server.stop() }
        let environment = [
            Self.full: server.url, Self.tokenFile: path, Self.token: "never",
        ]
        let missing = try #require(await error(environment))
        #expect(missing.message.contains(path) && missing.isTransient)
        for text in ["first", "second"] {
            try Data(text.utf8).write(to: URL(filePath: path))
            _ = try await find(environment)
        }
        #expect(server.received.map { $0.headers["authorization"] } == ["first", "second"])
        for text in ["hush-hush\n", "hush-hush\r\nX-Evil: 1", ""] {
            try Data(text.utf8).write(to: URL(filePath: path))
            let error = try #require(await error(environment))
            #expect(error.code == .credentialsInvalid)
            #expect(!error.message.contains("hush"))
        }
        #expect(server.received.count == 2)
    }

    @Test func `is not set up without a variable`() async throws {
        #expect(try await find([:]) == nil)
        #expect(try await find([Self.token: "t"]) == nil)
    }

    @Test(arguments: [full, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"])
    func `is set up by an empty variable, which is an error`(_ variable: String) async throws {
        let error = try #require(await error([variable: ""]))
        #expect(error.code == .endpointInvalid)
        #expect(error.message.hasPrefix(variable))
        #expect(error.message.contains("unset it"))
    }

    @Test func `asks three times where it is not heard, or hears no JSON`() async throws {
        let server = try ScriptedServer(
            .send(answer("500 Oops")), .silence, .send(answer("200 OK", body: Self.good)))
        defer { server.stop() }
        #expect(try await find([Self.full: server.url]) != nil)
        #expect(server.received.count == 3)

        let failing = try ScriptedServer(.send(answer("200 OK", body: "<html>")))
        defer { failing.stop() }
        #expect(try #require(await error([Self.full: failing.url])).isTransient)
        #expect(failing.received.count == 3)
        let port = try UnservedPort()
        let error = try #require(await error([Self.full: "http://127.0.0.1:\(port.number)"]))
        #expect(error.isTransient)
        #expect(error.message.hasPrefix("The container's endpoint at 127.0.0.1 did not answer: "))
    }

    @Test func `says what the endpoint says, without the token`() async throws {
        let body = #"{"code": "AuthError", "message": "hush-hush is \u001b[31mwrong\n"}"#
        let server = try ScriptedServer(.send(answer("401 Unauthorized", body: body)))
        defer { server.stop() }
        let error = try #require(
            await error([Self.full: server.url, Self.token: "hush-hush"]))
        #expect(error.message.contains("HTTP 401, AuthError: [removed] is [31mwrong. Check"))
        #expect(!error.isTransient)
        #expect(server.received.count == 1)
    }

    @Test func `follows no redirect, and asks no proxy`() async throws {
        let other = try ScriptedServer(.send(answer("200 OK", body: Self.good)))
        defer { other.stop() }
        let server = try ScriptedServer(
            .send(answer("302 Found", "Location: \(other.url)/")))
        defer { server.stop() }
        let credentials = ContainerCredentials(
            environment: [Self.full: server.url], surroundings: try surroundings(proxy: other))
        let error = await #expect(throws: ConnectClientError.self) {
            try await credentials.credentials()
        }
        #expect(error?.message.contains("HTTP 302") == true)
        #expect(server.received.count == 1)
        #expect(other.received.isEmpty)
    }

    @Test(arguments: ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"])
    func `refuses an answer that is not whole`(_ name: String) async throws {
        let body = Self.good.replacing("\"\(name)\"", with: "\"Other\"")
        let server = try ScriptedServer(.send(answer("200 OK", body: body)))
        defer { server.stop() }
        let error = try #require(await error([Self.full: server.url]))
        #expect(error.code == .credentialsIncomplete)
        #expect(error.message.contains("\(name) is missing"))
        #expect(!error.message.contains("hush"))
    }

    @Test(arguments: [
        "https://anywhere.example/creds?x=1", "http://localhost:8080/c", "http://127.9.9.9/c",
        "http://[::1]:81/c", "http://169.254.170.2/v2/c", "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials",
    ])
    func `may be asked`(_ uri: String) throws {
        #expect(try ContainerCredentials.address([Self.full: uri])?.description == uri)
    }

    @Test(arguments: [
        "http://anywhere.example/c", "http://169.254.169.254/c",
        "http://169.254.170.2.evil.example",
        "http://169.254.170.22/c", "http://[fd00:ec2::2]/c", "http://a@169.254.170.2/c",
        "http://169.254.170.2@evil.example/c", "http://localhost.evil.example/c",
        "http://2852039170/c", "http://0xa9feaa02/c", "http://127.1/c", "ftp://169.254.170.2/c",
        "file:///etc/passwd", "/v2/c", "http://169.254.170.2/c?x=a b", "http://169.254.170.2/c#d",
        "http://169.254.170.2/c?a\r\nX: 1", "http://[::ffff:169.254.170.2]/c",
    ])
    func `may not be asked`(_ uri: String) {
        let error = #expect(throws: ConnectClientError.self) {
            try ContainerCredentials.address([Self.full: uri])
        }
        #expect(error?.code == .endpointInvalid)
        #expect(error?.message.hasPrefix(Self.full) == true)
    }

    @Test(arguments: [
        ("/v2/credentials/1-2?x=1", "http://169.254.170.2/v2/credentials/1-2?x=1"),
        (".evil.example/", nil), ("@evil.example/", nil), ("/@evil.example/", nil), (":1@x/", nil),
    ])
    func `puts a relative path behind the host of ECS alone`(_ path: String, _ url: String?) {
        let environment = [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": path, Self.full: "http://127.0.0.1:1/never",
        ]
        let address = try? ContainerCredentials.address(environment)
        #expect(address?.description == url)
    }
}
