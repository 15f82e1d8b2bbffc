import ConnectClient
import TestSupport
import Testing
import TransferCore

/// Connections: how many there are, and when they go.
@Suite(.timeLimit(.minutes(2)))
struct ConnectionTests {
    private let accepted = ScriptedServer.Step.send(
        answer("200 OK", body: #"{"ContactId":"c2"}"#))

    @Test func `makes 10,000 calls over as many connections as there are calls at once`()
        async throws
    {
        let window = 8
        let server = try ScriptedServer(accepted)
        try await withClient(server) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<window {
                    group.addTask {
                        for _ in 0..<(10_000 / window) { _ = try await client.transfer(request) }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(server.received.count == 10_000)
        #expect(server.connectionCount <= window)
    }

    @Test func `hears connections whose sockets have the numbers of closed ones`() async throws {
        let server = try ScriptedServer(
            .send(answer("200 OK", "Connection: close", body: #"{"ContactId":"c2"}"#)))
        try await withClient(server) { client in
            for _ in 0..<50 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<2 { group.addTask { _ = try await client.transfer(request) } }
                    try await group.waitForAll()
                }
            }
        }
        #expect(server.connectionCount == 100)
    }

    @Test func `closes the connection of a call that is cancelled`() async throws {
        let server = try ScriptedServer(.silence)
        try await withClient(server) { client in
            await withTaskGroup(of: TransferFailure?.self) { group in
                for _ in 0..<20 {
                    group.addTask { await caught { try await client.transfer(request) } }
                }
                while server.received.count < 20 { await Task.yield() }
                #expect(server.hangUpCount == 0)
                group.cancelAll()
                for await failure in group { #expect(failure?.code == "Cancelled") }
            }
            // While the client lives on: it is the call's end that closes them.
            while server.hangUpCount < 20 { await Task.yield() }
        }
    }

    @Test func `keeps nothing of an answered call for the next one`() async throws {
        let server = try ScriptedServer(accepted)
        try await withClient(server) { client in
            for _ in 0..<3 {
                _ = try await client.transfer(request)
                let contact = ContactID(valid: "c9")
                _ = await caught { try await client.describe(contact, in: InstanceID(valid: "i1")) }
            }
        }
        #expect(server.received.count == 6)
        for (index, sent) in server.received.enumerated() {
            let isTransfer = index % 2 == 0
            #expect(
                sent.requestLine == (isTransfer ? "POST /contact/transfer" : "GET /contacts/i1/c9")
                    + " HTTP/1.1")
            #expect(sent.body.isEmpty != isTransfer)
            #expect((sent.headers["content-type"] == nil) != isTransfer)
            #expect((sent.headers["content-length"] == nil) != isTransfer)
            #expect(sent.headers["expect"] == nil)
        }
    }

    @Test func `keeps nothing of a cancelled call for the next one`() async throws {
        let server = try ScriptedServer(.silence, accepted)
        try await withClient(server) { client in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await caught { try await client.transfer(request) } }
                while server.received.isEmpty { await Task.yield() }
                group.cancelAll()
            }
            let contact = ContactID(valid: "c9")
            _ = await caught { try await client.describe(contact, in: InstanceID(valid: "i1")) }
        }
        let second = try #require(server.received.last)
        #expect(second.requestLine == "GET /contacts/i1/c9 HTTP/1.1")
        #expect(second.body.isEmpty)
        #expect(second.headers["content-type"] == nil)
        #expect(second.headers["content-length"] == nil)
    }
}
