import ConnectClient
import ConnectSimulator
import TestSupport
import Testing
import TransferCore

/// Connections over TLS that end at the wrong moment: what may have arrived is never said not to.
@Suite(.timeLimit(.minutes(1)))
struct BrokenConnectionTests {
    private let folder = TemporaryDirectory()
    private let request = TransferRequest(
        instance: InstanceID(valid: "i1"), contact: ContactID(valid: "c1"),
        flow: ContactFlowID(valid: "f1"), destination: .queue(QueueID(valid: "q1")),
        token: ClientToken(valid: "t1"))

    /// Runs a test between a relay to the simulator and a client of it, all over TLS.
    private func withRelay(_ body: (Relay, ConnectClient) async throws -> Void) async throws {
        try await Edge.run {
            $0.tls = TLSOptions(authorityFile: folder.file("ca.pem"))
        } _: { edge in
            let relay = try Relay(toPort: edge.port)
            defer { relay.stop() }
            try await body(relay, try edge.client(atPort: relay.port))
        }
    }

    @Test(arguments: [Relay.Cut.hangingUp, .refusing])
    func `does not know of a call that a kept connection took with it`(_ cut: Relay.Cut)
        async throws
    {
        try await withRelay { relay, client in
            let answered = await caught { try await client.transfer(request) }
            #expect(answered?.httpStatus != nil, "the relay carries")
            relay.cut(cut)
            // libcurl sends it again, and the last it meets is a connection that never stood.
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
            #expect(failure?.code == "ServiceUnreachable", "\(failure?.message ?? "")")
            #expect(relay.clientCount == (cut == .hangingUp ? 2 : 1))
        }
    }

    @Test(arguments: [Relay.Cut.hangingUp, .refusing])
    func `knows that nothing was sent where no connection ever stood`(_ cut: Relay.Cut) async throws
    {
        try await withRelay { relay, client in
            relay.cut(cut)
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.advice == .retry(mayHaveTakenEffect: false))
            #expect(failure?.code == "ServiceUnreachable", "\(failure?.message ?? "")")
        }
    }
}
