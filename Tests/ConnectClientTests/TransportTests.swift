import ConnectClient
import TestSupport
import Testing
import TransferCore

/// The client against a real socket: what goes out, and every way an answer can fail to come.
struct TransportTests {
    private let accepted = ScriptedServer.Step.send(
        answer("200 OK", "x-amzn-RequestId: r1", body: #"{"ContactId":"c2","ContactArn":"a"}"#))

    @Test func `sends a transfer as the service expects it`() async throws {
        let server = try ScriptedServer(accepted)
        try await withClient(server) { client in
            let answer = try await client.transfer(request)
            #expect(answer.value.newContact == ContactID(valid: "c2"))
            #expect(answer.requestID == "r1")
        }
        let sent = try #require(server.received.first)
        #expect(server.received.count == 1)
        #expect(sent.requestLine == "POST /contact/transfer HTTP/1.1")
        #expect(
            sent.body == #"{"ClientToken":"t1","ContactFlowId":"f1","ContactId":"c1","#
                + #""InstanceId":"i1","QueueId":"q1"}"#)
        #expect(sent.headers["content-type"] == "application/json")
        #expect(sent.headers["host"] == "127.0.0.1:\(server.port)")
        #expect(sent.headers["user-agent"]?.hasPrefix("baton/1.2.3") == true)
        #expect(sent.headers["x-amz-date"] == "20261122T090807Z")
        #expect(
            sent.headers["authorization"]?.contains(
                "SignedHeaders=content-type;host;x-amz-date,") == true)
        #expect(sent.headers["expect"] == nil)
    }

    @Test func `uses a connection again`() async throws {
        let server = try ScriptedServer(accepted)
        try await withClient(server) { client in
            for _ in 0..<20 { _ = try await client.transfer(request) }
        }
        #expect(server.received.count == 20)
        #expect(server.connectionCount == 1)
    }

    @Test func `makes many calls at once`() async throws {
        let server = try ScriptedServer(accepted)
        try await withClient(server) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask { _ = try await client.transfer(request) }
                }
                try await group.waitForAll()
            }
        }
        #expect(server.received.count == 100)
    }

    @Test func `lets no call wait that a run may make`() {
        #expect(TransportLimits().connectionsMax >= 4096, "--concurrency goes up to 4096")
    }

    @Test func `says that a call may have taken effect when the answer never came`() async throws {
        let server = try ScriptedServer(.close)
        try await withClient(server) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "ConnectionBroken")
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
        }
        #expect(server.received.count == 1)
    }

    @Test(arguments: ["http", "https"])
    func `says that nothing was sent where nobody listens`(_ scheme: String) async throws {
        let port = try UnservedPort()
        let configuration = ClientConfiguration(
            region: "us-east-1", endpoint: try Endpoint("\(scheme)://127.0.0.1:\(port.number)"))
        let client = ConnectClient(
            configuration: configuration, credentials: ListedCredentials("AKID"),
            surroundings: fixedSurroundings())
        let failure = await caught { try await client.transfer(request) }
        #expect(failure?.code == "ServiceUnreachable")
        #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
        #expect(failure?.message.contains("127.0.0.1") == true)
    }

    @Test func `says that nothing was sent where the TLS handshake failed`() async throws {
        let server = try ScriptedServer(accepted)
        defer { server.stop() }
        let configuration = ClientConfiguration(
            region: "us-east-1", endpoint: try Endpoint("https://127.0.0.1:\(server.port)"))
        let client = ConnectClient(
            configuration: configuration, credentials: ListedCredentials("AKID"),
            surroundings: fixedSurroundings())
        // The server takes the handshake for the head of a request and waits for the rest of it.
        async let failure = caught { try await client.transfer(request) }
        while server.connectionCount == 0 { await Task.yield() }
        server.stop()
        #expect(await failure?.advice == .retry(mayHaveTakenEffect: false))
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ContactId\":\"c2\"}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Con",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ])
    func `has a 200 looked up when its body broke off`(_ text: String) async throws {
        let server = try ScriptedServer(.sendThenClose(text))
        try await withClient(server) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "UnreadableAnswer")
            #expect(failure?.advice == .lookUp)
        }
        #expect(server.received.count == 1)
    }

    @Test func `takes in no more of a body than the limit`() async throws {
        let body = #"{"ContactId":"c2","x":""# + String(repeating: "x", count: 100_000) + #""}"#
        let server = try ScriptedServer(.send(answer("200 OK", body: body)))
        try await withClient(server, limits: { $0.bodyBytesMax = 50_000 }) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.advice == .lookUp)
            #expect(failure?.message.contains("longer than 50000 bytes") == true)
        }
    }

    @Test func `ends an answer whose headers never end`() async throws {
        let line = "X-Filler: " + String(repeating: "x", count: 1000) + "\r\n"
        let text = "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 100) + "\r\n"
        let server = try ScriptedServer(.sendThenClose(text))
        try await withClient(server) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "ConnectionBroken")
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
        }
    }

    @Test func `follows no redirect`() async throws {
        let other = try ScriptedServer(accepted)
        defer { other.stop() }
        let server = try ScriptedServer(
            .send(answer("307 Temporary Redirect", "Location: \(other.url)/contact/transfer")))
        try await withClient(server) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "UnexpectedRedirect")
            #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
            #expect(failure?.httpStatus == nil)
        }
        #expect(other.connectionCount == 0)
    }

    @Test func `gives up on a server that says nothing`() async throws {
        let server = try ScriptedServer(.silence)
        try await withClient(server, limits: { $0.totalTimeout = .milliseconds(100) }) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "RequestTimedOut")
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
        }
    }

    @Test func `lets go of a call whose task is cancelled`() async throws {
        let server = try ScriptedServer(.silence)
        try await withClient(server) { client in
            await withTaskGroup(of: TransferFailure?.self) { group in
                group.addTask {
                    await caught { try await client.transfer(request) }
                }
                while server.received.isEmpty { await Task.yield() }
                group.cancelAll()
                for await failure in group {
                    #expect(failure?.code == "Cancelled")
                    #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
                }
            }
        }
    }

    @Test func `sends nothing for a task that was cancelled before`() async throws {
        let server = try ScriptedServer(accepted)
        try await withClient(server) { client in
            await withTaskGroup(of: TransferFailure?.self) { group in
                group.cancelAll()
                group.addTask {
                    await caught { try await client.transfer(request) }
                }
                for await failure in group {
                    #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
                }
            }
        }
        #expect(server.received.isEmpty)
    }

    @Test(arguments: [
        "429 Too Many Requests", "404 Not Found", "403 Forbidden", "400 ExpiredTokenException",
        "302 Found", "500 Error",
    ])
    func `takes no refusal for the answer to a call that was sent unheard before`(
        _ status: String
    ) async throws {
        let code = String(status.split(separator: " ")[1])
        let refusal = answer(status, "x-amzn-errortype: \(code)")
        let server = try ScriptedServer(accepted, .close, .send(refusal), .send(refusal))
        try await withClient(server) { client in
            _ = try await client.transfer(request)
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
            #expect(server.received.count == 3, "libcurl sends it again where a kept one broke")
            let heard = await caught { try await client.transfer(request) }
            #expect((heard?.advice == failure?.advice) == (code == "Error"))
        }
    }

    @Test func `believes an acceptance, though the call was sent unheard before`() async throws {
        let server = try ScriptedServer(accepted, .close, accepted)
        try await withClient(server) { client in
            for _ in 0..<2 { _ = try await client.transfer(request) }
        }
        #expect(server.received.count == 3)
    }

    @Test func `goes on after the server closed an idle connection`() async throws {
        guard case .send(let text) = accepted else { return }
        let server = try ScriptedServer(.sendThenClose(text))
        try await withClient(server) { client in
            for _ in 0..<5 { _ = try await client.transfer(request) }
        }
        #expect(server.received.count == 5)
    }
}
