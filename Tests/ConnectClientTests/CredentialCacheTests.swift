import AWSSigning
import ConnectClient
import Synchronization
import TestSupport
import Testing
import TransferCore

/// Many calls, one fetch; and nobody hangs.
struct CredentialCacheTests {
    private let clock = ManualClock()

    private func cache(_ provider: any CredentialProvider) -> CredentialCache {
        CredentialCache(provider, now: { [clock] in clock.now })
    }

    @Test func `a hundred calls at once make one fetch`() async throws {
        let provider = SlowCredentials(ListedCredentials("A", "B"))
        let cache = cache(provider)
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 {
                group.addTask { try await cache.credentials().credentials.accessKeyID }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids == ["A"])
        #expect(provider.callCount == 1)
    }

    @Test func `credentials that end are fetched before they do, in one fetch each`() async throws {
        let provider = IssuedCredentials(life: 3600, clock: clock)
        let cache = cache(provider)
        for _ in 0..<(8 * 60) {
            let found = try await cache.credentials().credentials
            #expect(found.expirationMilliseconds ?? 0 > clock.now.milliseconds)
            clock.advance(by: .seconds(60))
        }
        // Each hour's serve for three quarters of it.
        #expect((10...11).contains(provider.count))
    }

    @Test func `a waiter that is cancelled does not hang, nor disturb the others`() async throws {
        let provider = GatedCredentials()
        let cache = cache(provider)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await cache.credentials() }
            await provider.isAsked()
            // Not a child: what is cancelled here is this call alone.
            let waiter = Task { try await cache.credentials() }
            waiter.cancel()
            await #expect(throws: ConnectClientError.self) { try await waiter.value }
            provider.open()
            try await group.waitForAll()
        }
        #expect(try await cache.credentials().credentials.accessKeyID == "GATED")
        #expect(provider.callCount == 1)
    }

    @Test func `where the one who asks is cancelled, one of the waiters asks`() async throws {
        let provider = GatedCredentials()
        let cache = cache(provider)
        // Not a child: what is cancelled below is this call alone.
        let asker = Task { try await cache.credentials() }
        await provider.isAsked()
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<5 {
                group.addTask { try await cache.credentials().credentials.accessKeyID }
            }
            for _ in 0..<100 { await Task.yield() }
            asker.cancel()
            await #expect(throws: ConnectClientError.self) { try await asker.value }
            await provider.isAsked()
            provider.open()
            for try await id in group { #expect(id == "GATED") }
        }
        #expect(provider.callCount == 2)
    }

    @Test func `a place that is not reached for a while is for the run to wait for`() async throws {
        let transient = ConnectClientError(.credentialsUnavailable, "wait", isTransient: true)
        let lasting = ConnectClientError(.credentialsUnavailable, "mend it")
        let server = try ScriptedServer(.send(answer("200 OK")))
        for (error, advice) in [
            (transient, TransferFailure.Advice.retry(mayHaveTakenEffect: false)),
            (lasting, .credentials),
        ] {
            let provider = SlowCredentials(ListedCredentials("A"), failing: error)
            try await withClient(server, credentials: provider) { client in
                let failure = await caught { try await client.transfer(request) }
                #expect(failure?.advice == advice)
                #expect(failure?.httpStatus == nil)
                #expect(failure?.message == error.message)
            }
        }
        #expect(server.received.isEmpty)
    }
}

/// A wall clock that a test moves.
final class ManualClock: Sendable {
    private let moment = Mutex(fixedNow)

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by duration: Duration) {
        moment.withLock {
            $0 = Timestamp(milliseconds: $0.milliseconds + duration.components.seconds * 1000)
        }
    }
}

/// A provider that issues new credentials each time, of the same life.
private final class IssuedCredentials: CredentialProvider {
    private let life: Int64
    private let clock: ManualClock
    private let issued = Mutex(0)

    init(life: Int64, clock: ManualClock) {
        self.life = life
        self.clock = clock
    }

    var count: Int { issued.withLock { $0 } }

    func credentials() -> FoundCredentials? {
        let number = issued.withLock { issued in
            issued += 1
            return issued
        }
        return FoundCredentials(
            Credentials(
                accessKeyID: "\(number)", secretAccessKey: "hush",
                expirationMilliseconds: clock.now.milliseconds + life * 1000),
            from: "the test")
    }
}

/// A provider that answers when the test lets it, or fails when its task is cancelled.
private final class GatedCredentials: CredentialProvider {
    private let isOpen = Mutex(false)
    private let calls = Mutex((made: 0, seen: 0))

    var callCount: Int { calls.withLock { $0.made } }

    func open() { isOpen.withLock { $0 = true } }

    /// Returns once there is a call that this did not tell of before.
    func isAsked() async {
        while !calls.withLock({ calls in
            defer { calls.seen = calls.made }
            return calls.made > calls.seen
        }) { await Task.yield() }
    }

    func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        calls.withLock { $0.made += 1 }
        while !isOpen.withLock({ $0 }) {
            if Task.isCancelled { throw ConnectClientError(.cancelled, "cancelled") }
            await Task.yield()
        }
        return FoundCredentials(
            Credentials(accessKeyID: "GATED", secretAccessKey: "hush"), from: "the test")
    }
}
