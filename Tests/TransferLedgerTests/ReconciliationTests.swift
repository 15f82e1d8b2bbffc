import Testing
import TransferCore
import TransferLedger

/// What the ledger keeps of reconciliations, and what it lets them settle.
struct ReconciliationTests {
    private static let worker = RunWorker(
        host: "h", user: "u", processID: 1, bootID: "b", version: "0")
    private let noon = LedgerFixture.noon

    private func later(_ seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: noon.milliseconds + seconds * 1000)
    }

    private func begin(_ fixture: LedgerFixture, at seconds: Int64) async throws -> Int64 {
        try await fixture.ledger.beginReconciliation(
            of: fixture.job, by: Self.worker, at: later(seconds)
        ).number
    }

    private func claims(_ fixture: LedgerFixture, _ number: Int64) async throws -> [ClaimRow] {
        try await fixture.ledger.claims(
            100, of: fixture.job, for: number, after: 0, homes: nil)
    }

    /// A job of which row 1 was transferred, 2 failed for good, 3 failed after a lost answer, 4 is
    /// uncertain, and 5 was claimed and not heard of.
    private func fixture() async throws -> LedgerFixture {
        let fixture = try await LedgerFixture(rows: 6)
        let run = try await fixture.beginRun()
        _ = try await fixture.ledger.claim(5, of: fixture.job, after: 0, at: noon)
        var batch = RunBatch()
        batch.outcomes = [
            RowOutcome(
                row: 1, outcome: .transferred, newContact: ContactID(valid: "n-1"), at: later(10)),
            RowOutcome(row: 2, outcome: .failed, code: "InvalidRequestException", at: later(10)),
            RowOutcome(row: 3, outcome: .failed, code: "InvalidRequestException", at: later(20)),
            RowOutcome(
                row: 4, outcome: .uncertain, code: "InternalServiceException", at: later(30)),
        ]
        batch.calls = [
            call(2, 400, .permanent), call(3, nil, .retry(mayHaveTakenEffect: true)),
            call(3, 400, .permanent), call(4, 500, .retry(mayHaveTakenEffect: true)),
        ]
        var state = RunState(at: later(40))
        state.inFlight = 1
        batch.state = state
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        return fixture
    }

    private func call(
        _ row: Int, _ status: Int?, _ advice: TransferFailure.Advice
    ) -> CallRecord {
        CallRecord(
            row: row, operation: .transferContact, startedAt: later(5), finishedAt: later(10),
            duration: .seconds(5),
            failure: TransferFailure(code: "E", message: "m", httpStatus: status, advice: advice),
            requestID: nil)
    }

    private func found(
        _ row: Int, _ outcome: Outcome, _ finding: Finding, transfer: String? = nil
    ) -> FoundRow {
        var found = Inquiry.Found(finding, "m")
        found.contact = ContactID(valid: "last")
        found.child = transfer.map {
            AssociatedContact(id: ContactID(valid: $0), previous: nil, initiatedAt: noon)
        }
        return FoundRow(row: row, outcome: outcome, found: found, checkedAt: later(1000))
    }

    @Test func `claims what the ledger says, and when a transfer may have been sent unheard`()
        async throws
    {
        let fixture = try await fixture()
        let claims = try await claims(fixture, begin(fixture, at: 100))
        #expect(claims.map(\.row) == [1, 2, 3, 4, 5, 6])
        #expect(
            claims.map(\.claim.outcome) == [
                .transferred, .failed, .failed, .uncertain, .pending, .pending,
            ])
        #expect(claims[0].claim.newContact == ContactID(valid: "n-1"))
        #expect(claims[0].claim.destination == .queue(QueueID(valid: "q-1")))
        #expect(
            claims.map { $0.claim.inDoubt?.last } == [
                nil, nil, later(20), later(30), later(40), nil,
            ])
        #expect(claims[3].claim.inDoubt?.first == noon)
    }

    @Test func `goes on with one that did not end, and not where rows were sent since`()
        async throws
    {
        let fixture = try await fixture()
        let first = try await begin(fixture, at: 100)
        try await fixture.ledger.commit(
            [found(1, .transferred, .landed)], of: fixture.job, for: first)
        #expect(try await begin(fixture, at: 200) == first)
        #expect(try await claims(fixture, first).map(\.row) == [2, 3, 4, 5, 6])
        try await fixture.ledger.endReconciliation(first, of: fixture.job, at: later(300))
        let second = try await begin(fixture, at: 400)
        #expect(second != first)
        #expect(try await claims(fixture, second).count == 6)

        _ = try await fixture.ledger.putBack(fixture.job, at: later(500))
        let third = try await begin(fixture, at: 600)
        #expect(third != second)
        let run = try await fixture.ledger.beginRun(
            of: fixture.job, by: Self.worker,
            settings: RunSettings(pace: "auto", concurrency: 1, attemptsMax: 8), at: later(700))
        try await fixture.ledger.endRun(run, ending: "finished", at: later(800))
        #expect(try await begin(fixture, at: 900) != third)
    }

    @Test func `settles an uncertain row with its evidence, and no other`() async throws {
        let fixture = try await fixture()
        let number = try await begin(fixture, at: 100)
        try await fixture.ledger.commit(
            [
                found(3, .failed, .transferredAfterAll, transfer: "n-3"),
                found(4, .uncertain, .transferredAfterAll, transfer: "n-4"),
                found(5, .pending, .transferredAfterAll, transfer: "n-5"),
            ], of: fixture.job, for: number)
        let rows = try await fixture.rows()
        #expect(rows[3].outcome == .transferred)
        #expect(rows[3].newContact == "n-4")
        #expect(rows[3].code == nil)
        #expect(rows[3].message == "m Found by reconciliation \(number).")
        #expect(rows[3].finishedAt == later(1000))
        #expect(rows[2].outcome == .failed && rows[2].newContact == nil)
        #expect(rows[4].outcome == .pending)
        let (totals, events) = try await fixture.ledger.read { [job = fixture.job] in
            (try $0.findingTotals(number), try $0.events(job))
        }
        #expect(totals[.transferred, .transferredAfterAll] == 1)
        #expect(totals[.failed, .transferredAfterAll] == 1)
        #expect(
            events.filter { $0.kind == "settled" }.map(\.detail) == [
                "row 4: uncertain to transferred, contact n-4, by reconciliation \(number)"
            ])
    }

    @Test func `names the row of another job that moved a contact`() async throws {
        let fixture = try await fixture()
        let other = try await LedgerFixture.store(rows: 3, id: "abcdefabcdef", in: fixture.ledger)
        let run = try await fixture.ledger.beginRun(
            of: other, by: Self.worker,
            settings: RunSettings(pace: "auto", concurrency: 1, attemptsMax: 8), at: noon)
        _ = try await fixture.ledger.claim(3, of: other, after: 0, at: noon)
        var batch = RunBatch()
        batch.outcomes = [
            RowOutcome(
                row: 3, outcome: .transferred, newContact: ContactID(valid: "n-3"), at: noon)
        ]
        try await fixture.ledger.commit(batch, of: other, run: run)
        let number = try await begin(fixture, at: 100)
        try await fixture.ledger.commit(
            [
                found(2, .failed, .movedByOthers, transfer: "n-3"),
                found(3, .failed, .movedByOthers, transfer: "n-9"),
            ], of: fixture.job, for: number)
        try await fixture.ledger.endReconciliation(number, of: fixture.job, at: later(200))
        let messages = try await fixture.ledger.read { [job = fixture.job] reader in
            var messages: [String] = []
            try reader.forEachRow(of: job, in: number) { _, found in
                if let found { messages.append(found.found.message) }
            }
            return messages
        }
        #expect(messages == ["m Row 3 of job abcdefabcdef in this ledger moved it.", "m"])
    }

    @Test func `settles nothing by a transfer that is another row's`() async throws {
        let fixture = try await fixture()
        let number = try await begin(fixture, at: 100)
        // Of row 1, by the ledger.
        let written = try await fixture.ledger.commit(
            [found(4, .uncertain, .transferredAfterAll, transfer: "n-1")], of: fixture.job,
            for: number)
        #expect(written.map(\.found.finding) == [.movedByOthers])
        #expect(written.map(\.committedOutcome) == [.uncertain])
        #expect(try await fixture.rows()[3].outcome == .uncertain)
        let totals = try await fixture.ledger.read { try $0.findingTotals(number) }
        #expect(totals[.uncertain, .movedByOthers] == 1)
    }

    @Test func `settles nothing of a row that was changed by somebody else`() async throws {
        let fixture = try await fixture()
        let number = try await begin(fixture, at: 100)
        await #expect(throws: LedgerError.self) {
            try await fixture.ledger.commit(
                [
                    found(1, .transferred, .landed),
                    found(2, .uncertain, .transferredAfterAll, transfer: "n-2"),
                ], of: fixture.job, for: number)
        }
        let totals = try await fixture.ledger.read { try $0.findingTotals(number) }
        #expect(totals.rows == 0)
        #expect(try await fixture.rows()[1].outcome == .failed)
    }

    @Test func `gives each row with what was found of it`() async throws {
        let fixture = try await fixture()
        let number = try await begin(fixture, at: 100)
        try await fixture.ledger.commit(
            [found(2, .failed, .notTransferred), found(5, .pending, .notFound)],
            of: fixture.job, for: number)
        let pairs = try await fixture.ledger.read { [job = fixture.job] reader in
            var pairs: [Finding?] = []
            try reader.forEachRow(of: job, in: number) { row, found in
                #expect(found == nil || found?.row == row.row)
                pairs.append(found?.found.finding)
            }
            return pairs
        }
        #expect(pairs == [nil, .notTransferred, nil, nil, .notFound, nil])
    }
}
