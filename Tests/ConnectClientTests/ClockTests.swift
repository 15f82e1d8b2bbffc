import ConnectClient
import Synchronization
import TestSupport
import Testing
import TransferCore

/// The machine's clock against the service's.
struct ClockTests {
    private let accepted = answer("200 OK", body: #"{"ContactId":"c1"}"#)

    private func refused(_ date: String) -> String {
        answer("403 Forbidden", "x-amzn-ErrorType: RequestTimeTooSkewed", date, body: "{}")
    }

    @Test func `goes back to the service's clock as it goes forward`() async throws {
        let server = try ScriptedServer(
            .send(refused("Date: Sat, 21 Nov 2026 09:08:07 GMT")), .send(accepted))
        try await withClient(server) { client in _ = try await client.transfer(request) }
        #expect(
            server.received.map { $0.headers["x-amz-date"] }
                == ["20261122T090807Z", "20261121T090807Z"])
    }

    /// The service cuts its date to whole seconds, and refuses what is 300 s off.
    @Test func `takes over a clock that seems to be just within what the service lets pass`()
        async throws
    {
        let server = try ScriptedServer(
            .send(refused("Date: Sun, 22 Nov 2026 09:13:06 GMT")), .send(accepted))
        try await withClient(server) { client in _ = try await client.transfer(request) }
        #expect(
            server.received.map { $0.headers["x-amz-date"] }
                == ["20261122T090807Z", "20261122T091306Z"])
    }

    @Test(arguments: [
        "X-No: date", "Date: yesterday", "Date: Sat, 31 Feb 2026 09:08:07 GMT", "Date:",
        "Date: 1795338487", "Date: Sat, 21 Nov 2026 09:08:07 CET",
    ])
    func `leaves its clock alone where the service's cannot be read`(_ date: String) async throws {
        let credentials = ListedCredentials("AKID")
        let server = try ScriptedServer(.send(refused(date)))
        try await withClient(server, credentials: credentials) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "RequestTimeTooSkewed")
            #expect(failure?.advice == .credentials)
        }
        #expect(
            server.received.map { $0.headers["x-amz-date"] }
                == ["20261122T090807Z", "20261122T090807Z"])
        #expect(credentials.callCount == 2, "the one other cause is tried, once")
    }

    @Test func `drops its correction when the machine's clock was put right`() async throws {
        let clock = Mutex(fixedNow)
        let ten = "20261122T100807Z"
        let refusal = refused("Date: Sun, 22 Nov 2026 10:08:07 GMT")
        let accepted = accepted
        // It is ten o'clock all the time; the machine thinks nine, and then ten.
        let server = try ScriptedServer(
            .choose { $0.headers["x-amz-date"] == ten ? accepted : refusal })
        defer { server.stop() }
        let client = ConnectClient(
            configuration: ClientConfiguration(
                region: "us-east-1", endpoint: try Endpoint(server.url)),
            credentials: ListedCredentials("AKID"),
            surroundings: ClientSurroundings(
                limits: TransportLimits(), version: "1", now: { clock.withLock { $0 } }))
        _ = try await client.transfer(request)
        clock.withLock { $0 = Timestamp(milliseconds: $0.milliseconds + 3_600_000) }
        _ = try await client.transfer(request)
        _ = try await client.transfer(request)
        #expect(
            server.received.map { $0.headers["x-amz-date"] }
                == ["20261122T090807Z", ten, "20261122T110807Z", ten, ten])
    }
}
