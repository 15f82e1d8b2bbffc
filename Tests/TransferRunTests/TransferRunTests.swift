import Synchronization
import Testing
import TransferCore
import TransferLedger
import TransferRun

@Suite(.timeLimit(.minutes(1))) struct TransferRunTests {
    private static let fault = TransferFailure(
        code: "InternalServiceException", message: "", httpStatus: 500,
        advice: .retry(mayHaveTakenEffect: true))
    private static let throttled = TransferFailure(
        code: "TooManyRequestsException", message: "", httpStatus: 429,
        advice: .throttled(retryAfter: nil))

    @Test func `transfers every row once, with its token, and says so in the ledger`() async throws
    {
        let fixture = try await RunFixture(rows: 300)
        let service = ScriptedService()
        let last = Mutex(RunProgress())
        let ending = try await fixture.run(service) { progress in
            last.withLock { $0 = progress }
        }
        #expect(ending == .finished)
        let rows = try await fixture.rows()
        #expect(rows.allSatisfy { $0.outcome == .transferred && $0.attempts == 1 })
        #expect(rows.map(\.newContact) == (1...300).map { "c-\($0)+1" })
        #expect(Set(service.calls.map(\.token)) == Set(rows.map(\.token)))
        #expect(service.calls.count == 300)
        #expect(last.withLock { $0.totals[.transferred] } == 300)
        let runs = try await fixture.ledger.read { [job = fixture.job] in try $0.runs(job) }
        #expect(runs.map(\.ending) == ["finished"])
    }

    @Test func `tells the service which of a row's attempts a call is`() async throws {
        let fixture = try await RunFixture(rows: 1)
        let service = ScriptedService { (_, number) throws(TransferFailure) in
            if number == 1 { throw Self.throttled }
            if number < 4 { throw Self.fault }
        }
        #expect(try await fixture.run(service) == .finished)
        // The throttled one was none.
        #expect(service.calls.map { $0.attempt?.number } == [1, 1, 2, 3])
        #expect(Set(service.calls.map { $0.attempt?.max }) == [RunFixture.fast.retry.attemptsMax])
    }

    @Test func `goes on where nobody can ask it to stop any more`() async throws {
        let fixture = try await RunFixture(rows: 20)
        let ending = try await fixture.run(ScriptedService(), stops: AsyncStream { $0.finish() })
        #expect(ending == .finished)
    }

    @Test func `drains when asked to stop, and a resume does the rest`() async throws {
        let fixture = try await RunFixture(rows: 20)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        // Four calls at once, and the next not before a thousand seconds are over.
        var slow = RunFixture.fast
        slow.pace[.transferContact] = .fixed(rate: 0.001, burst: 5)
        let service = ScriptedService { call, _ in
            if call.contact.text == "c-4" { stop.yield() }
        }
        #expect(try await fixture.run(service, slow, stops: stops) == .interrupted)
        let totals = try await fixture.totals()
        #expect(totals[.transferred] == 4)
        #expect(totals[.pending] == 16)
        #expect(try await fixture.run(service) == .finished)
        #expect(try await fixture.totals()[.transferred] == 20)
        #expect(Set(service.calls).count == 20)
        #expect(service.calls.count == 20)
    }

    @Test func `a stop leaves no row in doubt that was never sent`() async throws {
        let fixture = try await RunFixture(rows: 20, guarded: Set(1...20))
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        var slow = RunFixture.fast
        slow.pace[.transferContact] = .fixed(rate: 0.001, burst: 2)
        let states = (1...20).map {
            (ContactID(valid: "c-\($0)"), ContactState(queue: RunFixture.home))
        }
        let service = ScriptedService(states: Dictionary(uniqueKeysWithValues: states)) { call, _ in
            if call.operation == .transferContact { stop.yield() }
        }
        #expect(try await fixture.run(service, slow, stops: stops) == .interrupted)
        #expect(try await fixture.totals()[.transferred] == 1)
        #expect(try await fixture.rowsInDoubt() == [])
    }

    @Test func `looks at a guarded contact first and leaves it where it is not`() async throws {
        let fixture = try await RunFixture(rows: 3, guarded: [1, 2])
        let service = ScriptedService(states: [
            ContactID(valid: "c-1"): ContactState(queue: RunFixture.home),
            ContactID(valid: "c-2"): ContactState(queue: QueueID(valid: "elsewhere")),
        ])
        #expect(try await fixture.run(service) == .finished)
        let rows = try await fixture.rows()
        #expect(rows.map(\.outcome) == [.transferred, .skipped, .transferred])
        #expect(service.calls(for: 1).map(\.operation) == [.describeContact, .transferContact])
        #expect(service.calls(for: 2).map(\.operation) == [.describeContact])
        #expect(service.calls(for: 3).map(\.operation) == [.transferContact])
    }

    @Test func `records every attempt, and all of a row's with one token`() async throws {
        let fixture = try await RunFixture(rows: 1)
        let service = ScriptedService { _, number throws(TransferFailure) in
            if number <= 2 { throw Self.fault }
        }
        #expect(try await fixture.run(service) == .finished)
        #expect(try await fixture.rows().map(\.attempts) == [3])
        let statuses = try await fixture.calls().map(\.httpStatus)
        #expect(statuses == [500, 500, 200])
        #expect(Set(service.calls.map(\.token)).count == 1)
    }

    @Test func `a throttled call is recorded and is no attempt`() async throws {
        let fixture = try await RunFixture(rows: 1)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        var options = RunFixture.fast
        options.pace[.transferContact] = .auto(rate: 1000, burst: 10)
        let service = ScriptedService { _, number throws(TransferFailure) in
            if number == 3 { stop.yield() }
            throw Self.throttled
        }
        #expect(try await fixture.run(service, options, stops: stops) == .interrupted)
        let row = try #require(try await fixture.rows().first)
        #expect(row.outcome == .pending)
        #expect(row.attempts == 0)
        #expect(try await fixture.calls().filter(\.isThrottled).count >= 3)
    }
}
