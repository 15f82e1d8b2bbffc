import TestSupport
import Testing
import TransferCore
import TransferLedger

/// What is chained is what stands in the ledger: what the chain's writer keeps in memory of routes
/// and calls must not be another thing.
struct ChainTests {
    @Test func `is sound where a name stands for another thing after a retry`() async throws {
        let fixture = try await LedgerFixture(rows: 1)
        let named = Route(
            instance: InstanceID(valid: "i"), flow: .id(ContactFlowID(valid: "f")),
            destination: .queue(.name("Billing")))
        let rows = (1...2).map { row in
            TestRow(line: row + 1, record: "c-\(row),Billing", contact: "c-\(row)", route: named)
        }
        let ledger = fixture.ledger
        let job = try await ledger.store(
            rows, at: LedgerFixture.noon, sealed: LedgerFixture.seal(id: "fedcba987654"))
        let run = try await fixture.beginRun()
        // The first row is sent to what the name stands for and refused; by the next look the name is
        // gone, and with it the second row.
        try await ledger.resolve(to: "q-1", of: job)
        #expect(try await ledger.claim(1, of: job, after: 0, at: LedgerFixture.noon).count == 1)
        try await ledger.commit(.of(1, .failed), of: job, run: run)
        #expect(try await ledger.faults(of: job) == [])
        try await ledger.resolve(to: "q-1", of: job, missing: true)
        #expect(try await ledger.faults(of: job) == [])
        #expect(try await ledger.putBack(job, at: LedgerFixture.noon) == 2)
        #expect(try await ledger.faults(of: job) == [])
        try await ledger.resolve(to: "q-2", of: job)
        let claimed = try await ledger.claim(2, of: job, after: 0, at: LedgerFixture.noon)
        #expect(
            claimed.map(\.request.destination)
                == Array(repeating: .queue(QueueID(valid: "q-2")), count: 2))
        for row in 1...2 { try await ledger.commit(.of(row, .transferred), of: job, run: run) }
        #expect(try await ledger.faults(of: job) == [])
        #expect(try await ledger.read { try $0.chain(of: job).length } == 6)
    }

    @Test func `is sound for rows of one commit with several routes, or with none`() async throws {
        let fixture = try await LedgerFixture(rows: 1)
        let rows = (1...9).map { row in
            TestRow(
                line: row + 1, record: "c-\(row)", contact: "c-\(row)",
                route: row % 3 == 0
                    ? nil
                    : Route(
                        instance: InstanceID(valid: "i"), flow: .id(ContactFlowID(valid: "f")),
                        destination: .queue(.id(QueueID(valid: "q-\(row % 3)")))))
        }
        let job = try await fixture.ledger.store(
            rows, at: LedgerFixture.noon, sealed: LedgerFixture.seal(id: "fedcba987654"))
        var batch = RunBatch()
        for row in 1...9 {
            batch.outcomes.append(RunBatch.of(row, .transferred).outcomes[0])
            // Of some there is a call, of others none.
            if row > 4 { batch.calls += RunBatch.of(row, .transferred).calls }
        }
        try await fixture.ledger.commit(batch, of: job, run: try await fixture.beginRun())
        #expect(try await fixture.ledger.faults(of: job) == [])
    }

    @Test(arguments: [("", ""), ("Köln \u{0}zero", "Ä\n")])
    func `is sound for every text that a call may bring`(_ message: String, _ code: String)
        async throws
    {
        let fixture = try await LedgerFixture(rows: 3)
        let run = try await fixture.beginRun()
        var batch = RunBatch.of(1, .failed)
        batch.calls[0].failure = TransferFailure(
            code: code, message: message, httpStatus: 400, requestID: "", advice: .permanent)
        batch.calls[0].requestID = ""
        batch.outcomes[0].message = message
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        #expect(try await fixture.ledger.faults(of: fixture.job) == [])
    }

    @Test func `is sound where a row's calls were committed one after the other`() async throws {
        let fixture = try await LedgerFixture(rows: 3)
        let (ledger, job) = (fixture.ledger, fixture.job)
        let run = try await fixture.beginRun()
        var first = RunBatch.of(1, .transferred)
        first.outcomes = []
        try await ledger.commit(first, of: job, run: run)
        try await ledger.commit(.of(1, .transferred), of: job, run: run)
        // And where the outcome came after its call.
        var second = RunBatch.of(2, .transferred)
        second.outcomes = []
        try await ledger.commit(second, of: job, run: run)
        second = .of(2, .transferred)
        second.calls = []
        try await ledger.commit(second, of: job, run: run)
        #expect(try await ledger.faults(of: job) == [])
    }

    @Test func `goes on from its head after a commit that failed`() async throws {
        let fixture = try await LedgerFixture(rows: 3)
        let (ledger, job) = (fixture.ledger, fixture.job)
        let run = try await fixture.beginRun()
        try await ledger.commit(.of(1, .transferred), of: job, run: run)
        // Row 1 has its outcome: all of the batch is refused, row 2's entry too.
        var batch = RunBatch.of(2, .transferred)
        batch.calls += RunBatch.of(1, .failed).calls
        batch.outcomes += RunBatch.of(1, .failed).outcomes
        await #expect(throws: LedgerError.self) {
            try await ledger.commit(batch, of: job, run: run)
        }
        try await ledger.commit(.of(3, .transferred), of: job, run: run)
        #expect(try await ledger.faults(of: job) == [])
        #expect(try await ledger.read { try $0.chain(of: job).length } == 2)
    }
}

extension RunBatch {
    /// A call and the outcome that it brought.
    fileprivate static func of(_ row: Int, _ outcome: Outcome) -> RunBatch {
        var batch = RunBatch()
        batch.calls = [
            CallRecord(
                row: row, operation: .transferContact, startedAt: LedgerFixture.noon,
                finishedAt: LedgerFixture.noon, duration: .milliseconds(20), failure: nil,
                requestID: "r-\(row)")
        ]
        batch.outcomes = [RowOutcome(row: row, outcome: outcome, at: LedgerFixture.noon)]
        return batch
    }
}

extension Ledger {
    /// Looks up what the job's only route names.
    fileprivate func resolve(to queue: String, of job: Job, missing: Bool = false) async throws {
        let found = Route(
            instance: InstanceID(valid: "i"), flow: .id(ContactFlowID(valid: "f")),
            destination: .queue(.id(QueueID(valid: queue))))
        let problems = missing ? [RowProblem(.unknownName, nil, "It is not there.")] : []
        let number = try await read { try $0.routes(of: job, after: -1, limit: 1)[0].number }
        try await beginResolution()
        try await resolve(
            [ResolvedRoute(number: number, route: found, problems: problems)], of: job)
        try await endResolution(of: job, at: LedgerFixture.noon)
    }

    /// What is found of the job, in sentences.
    fileprivate func faults(of job: Job) async throws -> [String] {
        try await read { try $0.verify(job).faults.told.map(\.message) }
    }
}
