import ConnectClient
import TestSupport
import Testing
import TransferCore

/// What a call tells the service of itself beside what is asked.
struct InvocationTests {
    private let accepted = ScriptedServer.Step.send(
        answer("200 OK", body: #"{"ContactId":"c2","Contact":{}}"#))

    @Test func `keeps the id of a transfer in every attempt, and counts them`() async throws {
        let server = try ScriptedServer(accepted)
        for number in 1...2 {
            // A client each, as after a crash.
            let client = ConnectClient(
                configuration: ClientConfiguration(
                    region: "us-east-1", endpoint: try Endpoint(server.url)),
                credentials: ListedCredentials("AKID"), surroundings: fixedSurroundings())
            _ = try await client.transfer(request, attempt: Attempt(number: number, max: 8))
        }
        var other = request
        other.token = ClientToken(valid: "t2")
        try await withClient(server) { client in _ = try await client.transfer(other) }
        let ids = server.received.map { $0.headers["amz-sdk-invocation-id"] ?? "" }
        #expect(
            server.received.map { $0.headers["amz-sdk-request"] }
                == ["attempt=1; max=8", "attempt=2; max=8", "attempt=1; max=1"])
        #expect(ids[0] == ids[1])
        #expect(ids[0] != ids[2])
        let form = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}/
        #expect(ids.allSatisfy { $0.wholeMatch(of: form) != nil }, "\(ids)")
        #expect(!ids[0].contains("t1"))
    }

    @Test func `gives each read an id of its own`() async throws {
        let server = try ScriptedServer(accepted)
        try await withClient(server) { client in
            for _ in 0..<2 {
                _ = try await client.describe(request.contact, in: request.instance)
            }
        }
        let ids = server.received.map { $0.headers["amz-sdk-invocation-id"] ?? "" }
        #expect(Set(ids).count == 2)
        #expect(ids.allSatisfy { $0.utf8.count == 36 })
        #expect(server.received.allSatisfy { $0.headers["amz-sdk-request"] == "attempt=1; max=1" })
    }

    @Test func `counts a call that is sent again at the door`() async throws {
        let server = try ScriptedServer(
            .send(
                answer("403 Forbidden", "x-amzn-ErrorType: ExpiredTokenException", body: "{}")),
            accepted)
        try await withClient(server) { client in _ = try await client.transfer(request) }
        #expect(
            server.received.map { $0.headers["amz-sdk-request"] }
                == ["attempt=1; max=1", "attempt=2; max=2"])
        #expect(Set(server.received.map { $0.headers["amz-sdk-invocation-id"] }).count == 1)
    }

    @Test func `signs none of it`() async throws {
        let server = try ScriptedServer(accepted)
        try await withClient(server) { client in _ = try await client.transfer(request) }
        let authorization = try #require(server.received.first?.headers["authorization"])
        #expect(authorization.contains("SignedHeaders=content-type;host;x-amz-date, "))
    }

    @Test func `names itself, and the use that the operator names`() async throws {
        let home = try TemporaryHome(
            config: "[default]\nregion = eu-west-2\nsdk_ua_app_id = night shift/\u{e9}\n")
        func agent(_ variables: [String: String]) async throws -> String {
            let found = try ClientConfiguration.resolve(environment: home.environment(variables))
            let server = try ScriptedServer(accepted)
            defer { server.stop() }
            let client = ConnectClient(
                configuration: ClientConfiguration(
                    region: "us-east-1", endpoint: try Endpoint(server.url)),
                credentials: ListedCredentials("AKID"),
                surroundings: ClientSurroundings(
                    limits: found.limits, version: "1.2.3 x",
                    applicationID: found.applicationID, now: { fixedNow }))
            _ = try await client.transfer(request)
            return server.received.first?.headers["user-agent"] ?? ""
        }
        let form =
            /baton\/1\.2\.3-x ua\/2\.1 os\/[a-z]+#[^ ]+ md\/arch#[^ ]+ lang\/swift api\/connect app\/night-shift--/
        #expect(try await agent([:]).wholeMatch(of: form) != nil)
        let long = String(repeating: "n", count: 80)
        #expect(
            try await agent(["AWS_SDK_UA_APP_ID": long])
                .hasSuffix(" app/" + String(repeating: "n", count: 50)))
    }
}
