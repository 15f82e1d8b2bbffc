import ConnectClient
import Synchronization
import TestSupport
import Testing
import TransferCore

/// Reads outside a run, against a socket: paced, made again, and given up.
struct PacedReadsTests {
    private let instance = InstanceID(valid: "i1")
    private let owner = QuotaOwner(account: "123456789012", region: "us-east-1")

    private var fast: PacedReads {
        var policy = RetryPolicy()
        policy.firstWait = .milliseconds(1)
        policy.waitMax = .milliseconds(2)
        let quota = Quota(ratePerSecond: 1000, burst: 100)
        return PacedReads(quotas: [.listUsers: quota, .listQueues: quota], policy: policy)
    }

    private func page(_ users: ClosedRange<Int>, next: String?) -> ScriptedServer.Step {
        let list = users.map { #"{"Id":"u\#($0)","Username":"n\#($0)"}"# }.joined(separator: ",")
        let token = next.map { #","NextToken":"\#($0)""# } ?? ""
        return .send(answer("200 OK", body: #"{"UserSummaryList":[\#(list)]\#(token)}"#))
    }

    private func allUsers(
        _ client: ConnectClient, _ reads: PacedReads
    ) async throws(TransferFailure) -> Answer<[User]> {
        try await .all(of: "the users of instance \(instance)") { token throws(TransferFailure) in
            try await reads.read(.listUsers, of: owner) { () throws(TransferFailure) in
                try await client.users(in: instance, after: token)
            }
        }
    }

    @Test func `gets every page through throttling, faults and a reset`() async throws {
        let server = try ScriptedServer(
            page(1...1000, next: "a"),
            .send(answer("429 Too Many Requests", "x-amz-retry-after: 20", body: "{}")),
            .send(answer("503 Service Unavailable", body: "<html>")),
            .close, page(1001...2000, next: "b"), .send(answer("200 OK", body: "{")),
            page(2001...2500, next: nil))
        try await withClient(server) { client in
            let users = try await allUsers(client, fast).value
            #expect(users.map(\.username) == (1...2500).map { "n\($0)" })
        }
        let tokens = server.received.map { request in
            request.requestLine.split(separator: "nextToken=").dropFirst().first?.prefix(1) ?? ""
        }
        #expect(tokens == ["", "a", "a", "a", "a", "b", "b"])
    }

    @Test func `gives up where faults do not end`() async throws {
        let server = try ScriptedServer(.send(answer("503 Service Unavailable")))
        try await withClient(server) { client in
            let failure = await caught { try await allUsers(client, fast) }
            #expect(failure?.code == "HTTP503")
        }
        #expect(server.received.count == RetryPolicy().attemptsMax)
    }

    @Test func `asks once where it is refused for good`() async throws {
        let server = try ScriptedServer(
            .send(answer("404 Not Found", "x-amzn-errortype: ResourceNotFoundException")))
        try await withClient(server) { client in
            let failure = await caught { try await allUsers(client, fast) }
            #expect(failure?.code == "ResourceNotFoundException")
        }
        #expect(server.received.count == 1)
    }

    @Test func `waits for what the service asks for`() async throws {
        let server = try ScriptedServer(
            .send(answer("429 Too Many Requests", "x-amz-retry-after: 300", body: "{}")),
            page(1...1, next: nil))
        let start = ContinuousClock.now
        try await withClient(server) { client in _ = try await allUsers(client, fast) }
        #expect(ContinuousClock.now - start >= .milliseconds(300))
        #expect(server.received.count == 2)
    }

    @Test func `keeps within the quota of an operation, and lets no other wait for it`()
        async throws
    {
        let reads = PacedReads(quotas: [
            .listUsers: Quota(ratePerSecond: 20, burst: 2),
            .listQueues: Quota(ratePerSecond: 0.001, burst: 1),
        ])
        func time(_ count: Int, _ operation: TransferCore.Operation, _ owner: QuotaOwner)
            async throws -> Duration
        {
            let start = ContinuousClock.now
            for _ in 0..<count {
                try await reads.read(operation, of: owner) { () throws(TransferFailure) in }
            }
            return ContinuousClock.now - start
        }
        // One of the burst is kept for calls that arrive closer together than they were sent.
        #expect(try await time(5, .listUsers, owner) >= .milliseconds(4 * 50))
        // A second call of the same bucket would wait for 1,000 s.
        let other = QuotaOwner(account: owner.account, region: "eu-west-2")
        #expect(try await time(1, .listQueues, owner) < .seconds(120))
        #expect(try await time(1, .listQueues, other) < .seconds(120))
        #expect(try await time(1, .listUsers, owner) < .seconds(120))
    }

    private final class Counter: Sendable {
        let count = Atomic(0)
    }

    @Test func `makes no call once it is cancelled`() async throws {
        let reads = PacedReads(quotas: [.listUsers: Quota(ratePerSecond: 0.001, burst: 1)])
        let calls = Counter()
        let failure = await withTaskGroup(of: TransferFailure?.self) { group in
            group.addTask { [owner] in
                await caught {
                    for _ in 0..<2 {
                        try await reads.read(.listUsers, of: owner) {
                            () throws(TransferFailure) in
                            calls.count.add(1, ordering: .relaxed)
                        }
                    }
                }
            }
            while calls.count.load(ordering: .relaxed) == 0 { await Task.yield() }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(failure?.code == "Cancelled")
        #expect(calls.count.load(ordering: .relaxed) == 1)
    }
}
