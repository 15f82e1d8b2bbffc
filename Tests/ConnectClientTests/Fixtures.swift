import AWSSigning
import ConnectClient
import Synchronization
import TestSupport
import Testing
import TransferCore

/// An HTTP answer with its length.
func answer(_ status: String, _ headers: String..., body: String = "") -> String {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
}

/// A provider that gives the listed credentials in turn, the last for ever, and counts.
final class ListedCredentials: CredentialProvider {
    private let list: [Credentials]
    private let calls = Mutex(0)

    init(_ ids: String...) {
        list = ids.map { Credentials(accessKeyID: $0, secretAccessKey: "hush") }
    }

    var callCount: Int { calls.withLock { $0 } }

    func credentials() -> FoundCredentials? {
        let call = calls.withLock { calls in
            defer { calls += 1 }
            return calls
        }
        return list.isEmpty
            ? nil : FoundCredentials(list[min(call, list.count - 1)], from: "the list")
    }
}

/// A provider that takes its time, so that many calls meet in it.
final class SlowCredentials: CredentialProvider {
    private let ids: ListedCredentials
    private let error: ConnectClientError?

    init(_ ids: ListedCredentials, failing error: ConnectClientError? = nil) {
        self.ids = ids
        self.error = error
    }

    var callCount: Int { ids.callCount }

    func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        let found = ids.credentials()
        for _ in 0..<1000 { await Task.yield() }
        if let error { throw error }
        return found
    }
}

/// 2026-11-22T09:08:07Z
let fixedNow = Timestamp(milliseconds: 1_795_338_487_000)

let request = TransferRequest(
    instance: InstanceID(valid: "i1"), contact: ContactID(valid: "c1"),
    flow: ContactFlowID(valid: "f1"), destination: .queue(QueueID(valid: "q1")),
    token: ClientToken(valid: "t1"))

/// Runs a test with a server and a client of it, and ends the server.
func withClient(
    _ server: ScriptedServer, credentials: any CredentialProvider = ListedCredentials("AKID"),
    limits: (inout TransportLimits) -> Void = { _ in },
    _ body: (ConnectClient) async throws -> Void
) async throws {
    defer { server.stop() }
    var configuration = ClientConfiguration(
        region: "us-east-1", endpoint: try Endpoint(server.url))
    // With all tests on two cores a call may wait longer than a connection is kept otherwise.
    configuration.limits.idleSecondsMax = 600
    limits(&configuration.limits)
    try await body(
        ConnectClient(
            configuration: configuration, credentials: credentials,
            surroundings: fixedSurroundings(configuration.limits)))
}

/// ``fixedSurroundings(_:)`` with a proxy for whatever may go through one.
func surroundings(proxy: ScriptedServer) throws -> ClientSurroundings {
    var limits = TransportLimits()
    limits.proxy = try ProxySettings(proxy.url, exceptions: "")
    return fixedSurroundings(limits)
}

/// A transport of its own, at ``fixedNow``.
func fixedSurroundings(_ limits: TransportLimits = TransportLimits()) -> ClientSurroundings {
    ClientSurroundings(limits: limits, version: "1.2.3", now: { fixedNow })
}
