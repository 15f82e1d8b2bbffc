import TestSupport
import Testing
import TransferCore
import TransferLedger
import TransferRun

/// A reconciliation asks, waits and ends as a run does.
@Suite(.timeLimit(.minutes(1))) struct ReconcileRunTests {
    private static let worker = RunWorker(
        host: "h", user: "u", processID: 1, bootID: "b", version: "0")
    private static let busy = TransferFailure(
        code: "ServiceUnavailable", message: "Busy.", httpStatus: 503,
        advice: .retry(mayHaveTakenEffect: true))

    /// A job of pending rows whose contacts are where they were.
    private func reconcile(
        _ fixture: RunFixture, _ service: ScriptedService, _ options: RunOptions = RunFixture.fast,
        stops: AsyncStream<Void> = AsyncStream { _ in }
    ) async throws -> (ending: RunEnding, totals: FindingTotals) {
        let reconciliation = try await fixture.ledger.beginReconciliation(
            of: fixture.job, by: Self.worker, at: .now)
        let lane = RunLane(
            service, homes: nil, pending: fixture.job.rows,
            place: QuotaPlace(
                endpoint: fixture.job.options.endpoint, region: fixture.job.options.region))
        let run = ReconcileRun(
            fixture.job, ledger: fixture.ledger, lanes: [lane], options: options)
        let ending = try await run.run(reconciliation, stops: stops)
        let totals = try await fixture.ledger.read { try $0.findingTotals(reconciliation.number) }
        return (ending, totals)
    }

    @Test func `asks for each row once`() async throws {
        let fixture = try await RunFixture(rows: 300)
        let service = ScriptedService()
        let (ending, totals) = try await reconcile(fixture, service)
        #expect(ending == .finished)
        #expect(totals[.pending, .notTransferred] == 300)
        #expect(service.calls.count == 300)
        #expect(Set(service.calls.map(\.contact)).count == 300)
    }

    @Test func `a passing fault or a throttled call costs a row nothing`() async throws {
        let fixture = try await RunFixture(rows: 40)
        let service = ScriptedService { call, number throws(TransferFailure) in
            if number <= 3 {
                throw number == 2
                    ? TransferFailure(
                        code: "ThrottlingException", message: "", httpStatus: 429,
                        advice: .throttled(retryAfter: nil))
                    : Self.busy
            }
        }
        let (ending, totals) = try await reconcile(fixture, service)
        #expect(ending == .finished)
        #expect(totals[Finding.notTransferred] == 40)
    }

    @Test func `a row that cannot be asked for is unknown, and stops no other`() async throws {
        let fixture = try await RunFixture(rows: 40)
        let service = ScriptedService { call, _ throws(TransferFailure) in
            if call.contact.text == "c-7" { throw Self.busy }
        }
        let (ending, totals) = try await reconcile(fixture, service)
        #expect(ending == .finished)
        #expect(totals[Finding.unknown] == 1)
        #expect(totals[Finding.notTransferred] == 39)
        #expect(service.calls(for: 7).count == RetryPolicy().attemptsMax)
    }

    @Test func `a service that is down ends it, and no row is found by it`() async throws {
        let fixture = try await RunFixture(rows: 100)
        var options = RunFixture.fast
        options.unreachableMax = .zero
        let service = ScriptedService { _, _ throws(TransferFailure) in throw Self.busy }
        let (ending, totals) = try await reconcile(fixture, service, options)
        #expect(ending == .unreachable(Self.busy))
        #expect(totals.rows == 0)
        let (again, all) = try await reconcile(fixture, ScriptedService())
        #expect(again == .finished)
        #expect(all.rows == 100)
    }

    @Test(arguments: [3, 100])
    func `a role that may not ask ends it, whatever the number of rows`(rows: Int) async throws {
        let fixture = try await RunFixture(rows: rows)
        let denied = TransferFailure(
            code: "AccessDeniedException", message: "No.", httpStatus: 403, advice: .accessDenied)
        let service = ScriptedService { _, _ throws(TransferFailure) in throw denied }
        let (ending, totals) = try await reconcile(fixture, service)
        #expect(ending == .accessDenied(denied))
        #expect(totals.rows == 0)
    }

    @Test func `one row that may not be asked for is unknown`() async throws {
        let fixture = try await RunFixture(rows: 100)
        let denied = TransferFailure(
            code: "AccessDeniedException", message: "No.", httpStatus: 403, advice: .accessDenied)
        let service = ScriptedService { call, _ throws(TransferFailure) in
            if call.contact.text == "c-1" { throw denied }
        }
        let (ending, totals) = try await reconcile(fixture, service)
        #expect(ending == .finished)
        #expect(totals[Finding.unknown] == 1)
        #expect(totals[Finding.notTransferred] == 99)
    }

    @Test func `a stop is heard, and what was found by then is kept`() async throws {
        let fixture = try await RunFixture(rows: 200)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let service = ScriptedService { call, _ throws(TransferFailure) in
            if call.contact.text == "c-20" { stop.yield() }
        }
        var options = RunFixture.fast
        options.pace[.describeContact] = .fixed(rate: 100, burst: 1)
        let (ending, totals) = try await reconcile(fixture, service, options, stops: stops)
        #expect(ending == .interrupted)
        #expect(totals.rows >= 20 && totals.rows < 200)
        let (again, all) = try await reconcile(fixture, service)
        #expect(again == .finished)
        #expect(all.rows == 200)
        #expect(service.calls.count == 200)
    }
}
