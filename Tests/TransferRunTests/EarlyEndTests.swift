import Testing
import TransferCore
import TransferLedger
import TransferRun

@Suite(.timeLimit(.minutes(1))) struct EarlyEndTests {
    private static let denied = TransferFailure(
        code: "AccessDeniedException", message: "no", httpStatus: 403, advice: .accessDenied)
    private static let expired = TransferFailure(
        code: "ExpiredTokenException", message: "", httpStatus: 403, advice: .credentials)
    private static let notSent = TransferFailure(
        code: "ServiceUnreachable", message: "", advice: .retry(mayHaveTakenEffect: false))

    @Test(arguments: [(rows: 30, calls: 10), (rows: 10, calls: 10), (rows: 3, calls: 3)])
    func `stops where the first ten calls, or all, are refused for want of rights`(
        rows: Int, calls: Int
    ) async throws {
        let fixture = try await RunFixture(rows: rows)
        let service = ScriptedService { _, _ throws(TransferFailure) in throw Self.denied }
        var options = RunFixture.fast
        options.concurrency = 1
        guard case .accessDenied(let failure) = try await fixture.run(service, options) else {
            Issue.record("the run went on")
            return
        }
        #expect(failure.code == "AccessDeniedException")
        #expect(failure.message == "no")
        #expect(try await fixture.totals()[.pending] == rows)
        #expect(service.calls.count == calls)
    }

    @Test func `one call that gets through makes the refusals the rows' own`() async throws {
        let fixture = try await RunFixture(rows: 30)
        let service = ScriptedService { call, _ throws(TransferFailure) in
            if call.contact.text != "c-5" { throw Self.denied }
        }
        var options = RunFixture.fast
        options.concurrency = 1
        #expect(try await fixture.run(service, options) == .finished)
        let totals = try await fixture.totals()
        #expect(totals[.transferred] == 1)
        #expect(totals[.failed] == 29)
    }

    @Test func `so does one that was refused for another reason, before it is known for which`() {
        var night = MachineFixture(rows: 30, .fixed(rate: 1000, burst: 1000))
            .slowed(by: .seconds(10))
        let refused = TransferFailure(
            code: "InvalidRequestException", message: "", httpStatus: 400, advice: .permanent)
        night.answerOfRow = { row in (row == 1 ? refused : Self.denied, .seconds(1)) }
        night.run(until: .seconds(5))
        #expect(night.ending == nil)
        #expect(night.machine.progress.totals[.failed] > 0)
    }

    @Test func `a refusal is kept where a stop comes before it is known whose fault it is`() {
        var night = MachineFixture(rows: 1)
        night.failure = TransferFailure(
            code: "InvalidRequestException", message: "", httpStatus: 400, advice: .permanent)
        let throttled = TransferFailure(
            code: "TooManyRequestsException", message: "", httpStatus: 429,
            advice: .throttled(retryAfter: nil))
        night.fault = { call, _ in call.operation == .describeContact ? throttled : nil }
        night.run(until: .seconds(5))
        #expect(night.operations.contains(.describeContact))
        #expect(night.outcomes.isEmpty)
        night.end(.interrupted)
        night.run(until: .seconds(6))
        #expect(night.ending == .interrupted)
        #expect(night.outcomes == [1: .failed])
        #expect(night.machine.progress.totals[.pending] == 0)
    }

    @Test func `stops at refused credentials with the rows pending`() async throws {
        let fixture = try await RunFixture(rows: 30)
        let service = ScriptedService { _, _ throws(TransferFailure) in throw Self.expired }
        var options = RunFixture.fast
        options.concurrency = 2
        #expect(try await fixture.run(service, options) == .credentials(Self.expired))
        #expect(try await fixture.totals()[.pending] == 30)
        #expect(try await fixture.rows().allSatisfy { $0.attempts == 0 })
        #expect(service.calls.count <= 2)
    }

    @Test func `stops where no call is answered for long, at no cost to any row`() async throws {
        let fixture = try await RunFixture(rows: 5, guarded: [1, 2])
        let service = ScriptedService { _, _ throws(TransferFailure) in throw Self.notSent }
        var options = RunFixture.fast
        options.unreachableMax = .milliseconds(60)
        options.retry.unsentMax = .max
        #expect(try await fixture.run(service, options) == .unreachable(Self.notSent))
        #expect(try await fixture.totals()[.pending] == 5)
        #expect(try await fixture.rows().allSatisfy { $0.attempts == 0 })
        #expect(try await fixture.rowsInDoubt() == [])
    }

    @Test func `a ledger that refuses a write ends the run`() async throws {
        let fixture = try await RunFixture(rows: 300)
        let (ledger, job) = (fixture.ledger, fixture.job)
        // Somebody else gives row 3 an outcome while it is under way.
        let service = ScriptedService { call, _ in
            guard call.contact.text == "c-3" else { return }
            var batch = RunBatch()
            batch.outcomes = [RowOutcome(row: 3, outcome: .failed, at: .now)]
            do { try await ledger.commit(batch, of: job, run: 1) } catch { Issue.record(error) }
        }
        await #expect(throws: LedgerError.self) { try await fixture.run(service) }
        #expect(try await fixture.totals()[.failed] == 1)
        let runs = try await ledger.read { try $0.runs(job) }
        #expect(runs.map(\.ending) == [nil])
    }
}
