import ConnectClient
import TestSupport
import Testing
import TransferCore

/// Every way a network can be unfriendly, over real sockets: what Baton says and does then.
@Suite(.timeLimit(.minutes(1)))
struct WeatherTests {
    private static let body = #"{"ContactId":"c2"}"#
    private let accepted = answer("200 OK", body: body)

    /// The failure of one transfer that meets these answers.
    private func failure(
        _ steps: ScriptedServer.Step..., limits: (inout TransportLimits) -> Void = { _ in }
    ) async throws -> TransferFailure? {
        let server = try ScriptedServer(steps)
        var failure: TransferFailure?
        try await withClient(server, limits: limits) { client in
            failure = await caught { try await client.transfer(request) }
        }
        #expect(server.received.count == 1, "one attempt is one call")
        return failure
    }

    @Test func `hangs up on an answer without end`() async throws {
        let server = try ScriptedServer(
            .endless("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"))
        try await withClient(server) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "UnreadableAnswer")
            #expect(failure?.advice == .lookUp, "a 200 took effect, whatever follows it")
            #expect(failure?.message.contains("longer than 1048576 bytes") == true)
            while server.hangUpCount == 0 { await Task.yield() }
        }
        // What the sockets' buffers hold beside the limit, and no more.
        #expect(server.bytesSent < 32 << 20)
    }

    @Test(arguments: ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
    func `tries a page of HTML from a gateway again`(_ status: String) async throws {
        let page = "<html><body><h1>\(status)</h1></body></html>"
        let failure = try await failure(.send(answer(status, body: page)))
        let number = status.prefix(3)
        #expect(failure?.code == "HTTP\(number)")
        #expect(
            failure?.message == "127.0.0.1 answered HTTP \(number) without a message. "
                + "If that lasts, check the network and the proxy.")
        #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
    }

    @Test func `gives up on a drip when its time is up`() async throws {
        let server = try ScriptedServer(.drip(accepted))
        try await withClient(server, limits: { $0.totalTimeout = .milliseconds(200) }) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "RequestTimedOut")
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
        }
    }

    @Test func `does not take garbage for an answer`() async throws {
        for garbage in ["SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}", "HTTP/9.9 200 OK\r\n\r\n"] {
            let failure = try await failure(.sendThenClose(garbage))
            #expect(failure?.code == "ConnectionBroken")
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
        }
    }

    @Test func `does not take an answer of another protocol for one`() async throws {
        let failure = try await failure(
            .sendThenClose("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n{}"))
        #expect(failure?.code == "ConnectionBroken")
        #expect(failure?.message.contains("No error") == false, "\(failure?.message ?? "")")
        #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
    }

    @Test func `passes over what comes before the answer`() async throws {
        let early =
            "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.1 103 Early Hints\r\nx-amzn-RequestId: early\r\n\r\n"
        let server = try ScriptedServer(
            .send(early + answer("200 OK", "x-amzn-RequestId: late", body: Self.body)))
        try await withClient(server) { client in
            let answer = try await client.transfer(request)
            #expect(answer.requestID == "late")
        }
    }

    @Test func `ends interim answers that never end`() async throws {
        let early = "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"
        let failure = try await failure(.send(String(repeating: early, count: 2000)))
        #expect(failure?.code == "ConnectionBroken")
        #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
    }

    @Test func `takes an answer of HTTP/1.0`() async throws {
        let server = try ScriptedServer(
            .sendThenClose("HTTP/1.0 200 OK\r\nx-amzn-RequestId: r1\r\n\r\n\(Self.body)"))
        try await withClient(server) { client in
            for _ in 0..<2 {
                let answer = try await client.transfer(request)
                #expect(answer.requestID == "r1")
                #expect(answer.value.newContact.text == "c2")
            }
        }
        #expect(server.connectionCount == 2)
    }

    @Test func `takes a body in chunks, and no trailer for a header`() async throws {
        let chunks = "7;x=y\r\n{\"Conta\r\nb\r\nctId\":\"c2\"}\r\n0\r\n"
        let trailers = "X-Amzn-ErrorType: ThrottlingException\r\nx-amzn-RequestId: late\r\n\r\n"
        func chunked(_ status: String) -> String {
            "HTTP/1.1 \(status)\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + trailers
        }
        let server = try ScriptedServer(
            .send(chunked("200 OK")), .send(chunked("503 Busy")), .send(accepted))
        try await withClient(server) { client in
            let answer = try await client.transfer(request)
            #expect(answer.value.newContact.text == "c2")
            #expect(answer.requestID == nil)
            let failure = await caught { try await client.transfer(request) }
            #expect(
                failure?.code == "HTTP503", "what a trailer says is not known to be the service's")
            // The trailers are read to their end: the next answer begins where it begins.
            _ = try await client.transfer(request)
        }
        #expect(server.connectionCount == 1)
    }

    @Test func `refuses a header with a zero byte in it`() async throws {
        let failure = try await failure(
            .send(answer("200 OK", "x-amzn-RequestId: r\u{0}1", body: Self.body)))
        #expect(failure?.code == "ConnectionBroken")
        #expect(failure?.message.contains("127.0.0.1") == true)
        #expect(
            failure?.message.lowercased().contains("header") == true, "\(failure?.message ?? "")")
        #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
    }

    @Test(arguments: [200, 500])
    func `takes no zero byte over from a body`(_ status: Int) async throws {
        let body = "{\"ContactId\":\"c\u{0}2\",\"message\":\"a\u{0}b\"}"
        let failure = try await failure(.send(answer("\(status) X", body: body)))
        #expect(failure?.code == (status == 200 ? "UnreadableAnswer" : "HTTP500"))
        #expect(failure?.message.contains("\u{0}") == false)
        #expect(failure?.advice == (status == 200 ? .lookUp : .retry(mayHaveTakenEffect: true)))
    }

    @Test func `says where a redirect leads`() async throws {
        for (location, words) in [
            ("https://Portal.example:8443/login?to=x", "a redirect to portal.example. "),
            ("/login", "a redirect. "), ("https://mara:hush@x/", "a redirect. "),
        ] {
            let failure = try await failure(.send(answer("302 Found", "Location: \(location)")))
            #expect(failure?.message.hasPrefix("127.0.0.1 answered HTTP 302, \(words)") == true)
        }
    }

    @Test func `takes the first of repeated headers, in whatever case`() async throws {
        let server = try ScriptedServer(
            .send(
                answer(
                    "200 OK", "X-AMZN-REQUESTID:  r1 ", "x-amzn-requestid: r2",
                    "X-Empty:", body: Self.body)))
        try await withClient(server) { client in
            let answer = try await client.transfer(request)
            #expect(answer.requestID == "r1")
        }
    }

    @Test func `goes on after a body that is longer than it says`() async throws {
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\(Self.body)"
        let server = try ScriptedServer(.send(long), .send(accepted))
        try await withClient(server) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "UnreadableAnswer")
            #expect(failure?.advice == .lookUp)
            // The rest of that body is nobody's answer.
            let answer = try await client.transfer(request)
            #expect(answer.value.newContact.text == "c2")
        }
        #expect(server.connectionCount == 2)
    }

    @Test func `opens a connection where the last answer closed it`() async throws {
        let server = try ScriptedServer(
            .sendThenClose(answer("200 OK", "Connection: close", body: Self.body)))
        try await withClient(server) { client in
            for _ in 0..<5 { _ = try await client.transfer(request) }
        }
        #expect(server.received.count == 5)
        #expect(server.connectionCount == 5)
    }

    @Test func `speaks no TLS below 1.2`() async throws {
        // A server's hello of TLS 1.1, up to its empty session id and the first cipher.
        let hello: [UInt8] =
            [0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2] + [UInt8](repeating: 7, count: 32)
            + [0, 0xC0, 0x14, 0]
        let server = try GreetingServer(hello)
        defer { server.stop() }
        let client = ConnectClient(
            configuration: ClientConfiguration(
                region: "us-east-1", endpoint: try Endpoint("https://127.0.0.1:\(server.port)")),
            credentials: ListedCredentials("AKID"), surroundings: fixedSurroundings())
        let failure = await caught { try await client.transfer(request) }
        #expect(failure?.code == "ServiceUnreachable")
        #expect(failure?.message.contains("protocol") == true, "\(failure?.message ?? "")")
        #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
    }
}
