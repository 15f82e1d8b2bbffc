import GRDB
import TestSupport
import Testing
import TransferCore
import TransferLedger

/// What is found of a ledger that somebody changed.
struct TamperingTests {
    /// A change, and what has to be said of it; `#5` in the SQL is the key of row or entry 5.
    struct Tampering: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var sql: String
        var faults: [String]

        init(_ name: String, _ sql: String, finds faults: String...) {
            testDescription = name
            self.sql = sql.replacing("#", with: "(1 << 32) + ")
            self.faults = faults
        }
    }

    static let tamperings = [
        Tampering(
            "an outcome", "UPDATE row_states SET outcome = 'transferred' WHERE key = #2",
            finds: "outcome changed: rows 2...2, entries 2...2"),
        Tampering(
            "a new contact", "UPDATE row_states SET new_contact = 'c-x' WHERE key = #1",
            finds: "outcome changed: rows 1...1, entries 1...1"),
        Tampering(
            "a moment", "UPDATE row_states SET finished_at = finished_at + 1 WHERE key = #8",
            finds: "outcome changed: rows 8...8, entries 8...8"),
        Tampering(
            "an outcome, removed", "DELETE FROM row_states WHERE key = #3",
            finds: "outcome removed: rows 3...3, entries 3...3"),
        Tampering(
            "an outcome, put back to pending",
            "UPDATE row_states SET outcome = 'pending' WHERE key = #3",
            finds: "outcome removed: rows 3...3, entries 3...3"),
        Tampering(
            "an outcome, added",
            "INSERT INTO row_states (key, outcome) VALUES (#20, 'transferred')",
            finds: "outcome added: rows 20...20"),
        Tampering(
            "a row that was sent, removed", "DELETE FROM rows WHERE key = #3",
            finds: "row removed: rows 3...3", "totals"),
        Tampering(
            "a row that is pending, removed", "DELETE FROM rows WHERE key = #150",
            finds: "row removed: rows 150...150", "totals"),
        Tampering(
            "rows over two blocks, removed",
            "DELETE FROM rows WHERE key BETWEEN #90 AND #210",
            finds: "row removed: rows 90...100", "row removed: rows 101...200",
            "row removed: rows 201...210", "totals"),
        Tampering(
            "a row, added", "INSERT INTO rows (key, line, record) VALUES (#251, 252, 'x,y')",
            finds: "row added: rows 251...251", "totals"),
        Tampering(
            "the input of a row that was sent", "UPDATE rows SET record = 'x' WHERE key = #5",
            finds: "input changed: rows 5...5, entries 5...5", "input changed: rows 1...100"),
        Tampering(
            "the input of a row that is pending", "UPDATE rows SET record = 'x' WHERE key = #150",
            finds: "input changed: rows 101...200"),
        Tampering(
            "the contact of the last row", "UPDATE rows SET contact = 'x' WHERE key = #250",
            finds: "input changed: rows 201...250"),
        Tampering(
            "an empty text for NULL", "UPDATE rows SET token = '' WHERE key = #250",
            finds: "input changed: rows 201...250"),
        Tampering(
            "what a route asks for", "UPDATE routes SET queue = 'q-2'",
            finds: "job changed", "outcome changed: rows 1...1, entries 1...1",
            "outcome changed: rows 2...2, entries 2...2",
            "outcome changed: rows 3...3, entries 3...3",
            "outcome changed: rows 4...4, entries 4...4",
            "outcome changed: rows 5...5, entries 5...5",
            "outcome changed: rows 6...6, entries 6...6",
            "outcome changed: rows 7...7, entries 7...7",
            "outcome changed: rows 8...8, entries 8...8"),
        Tampering(
            "a call, removed", "DELETE FROM calls WHERE key = #6",
            finds: "outcome changed: rows 6...6, entries 6...6"),
        Tampering(
            "a call, edited", "UPDATE calls SET http_status = 500 WHERE key = #6",
            finds: "outcome changed: rows 6...6, entries 6...6"),
        Tampering(
            "an entry, removed", "DELETE FROM chain WHERE key = #2",
            finds: "entry removed: entries 2...2", "outcome added: rows 2...2"),
        Tampering(
            "an entry's digest", "UPDATE chain SET digest = zeroblob(32) WHERE key = #2",
            finds: "entry changed: entries 1...4", "outcome changed: rows 2...2, entries 2...2"),
        Tampering(
            "two entries, swapped",
            """
            UPDATE chain SET key = #99 WHERE key = #1;
            UPDATE chain SET key = #1 WHERE key = #2;
            UPDATE chain SET key = #2 WHERE key = #99
            """, finds: "entry changed: entries 1...4"),
        Tampering(
            "an entry, added for a pending row",
            "INSERT INTO chain VALUES (#9, 20, 'outcome', zeroblob(32))",
            finds: "entry added: entries 9...9", "outcome removed: rows 20...20, entries 9...9"),
        Tampering(
            "a head between", "UPDATE chain_heads SET head = zeroblob(32) WHERE key = #4",
            finds: "head changed"),
        Tampering(
            "the last head", "UPDATE chain_heads SET head = zeroblob(32) WHERE key = #8",
            finds: "entry changed: entries 5...8"),
        Tampering(
            "the last head, removed", "DELETE FROM chain_heads WHERE key = #8",
            finds: "entry added: entries 5...8"),
        Tampering(
            "the length", "UPDATE chain_heads SET key = #9 WHERE key = #8",
            finds: "entry removed: entries 9...9"),
        Tampering(
            "the genesis", "UPDATE chain_heads SET head = zeroblob(32) WHERE key = #0",
            finds: "head changed"),
        Tampering(
            "the genesis, removed", "DELETE FROM chain_heads WHERE key = #0",
            finds: "head changed"),
        Tampering(
            "the job's options", "UPDATE jobs SET endpoint = 'http://elsewhere'",
            finds: "job changed"),
        Tampering(
            "more rows than a job can have", "UPDATE jobs SET rows = 9223372036854775807",
            finds: "job changed", "row removed: rows 251...300",
            "row removed: rows 301...4294967200", "row removed: rows 4294967201...4294967295",
            "totals"),
        Tampering(
            "what is no delimiter", "UPDATE jobs SET delimiter = 300", finds: "job changed"),
        Tampering(
            "a row far behind the others, added",
            """
            INSERT INTO rows SELECT #90000, line, record, contact, contact_at, route, token
            FROM rows WHERE key = #200
            """, finds: "row added: rows 90000...90000", "totals"),
        Tampering(
            "the digest of the job's input", "UPDATE jobs SET input_sha256 = 'x'",
            finds: "job changed"),
        Tampering(
            "the digest of a block", "UPDATE row_blocks SET digest = zeroblob(32) WHERE key = #200",
            finds: "job changed", "input changed: rows 101...200"),
        Tampering(
            "everything after the fourth entry, its rows' outcomes too, but for a call",
            """
            DELETE FROM chain WHERE key > #4; DELETE FROM chain_heads WHERE key > #4;
            DELETE FROM row_states WHERE key > #4 AND key < #8
            """, finds: "outcome added: rows 8...8"),
    ]

    @Test(arguments: tamperings) func `finds and names each change`(_ change: Tampering)
        async throws
    {
        let fixture = try await fixture()
        #expect(try await fixture.faults() == [])
        try fixture.tamper(change.sql)
        let faults = try await fixture.faults()
        #expect(faults == change.faults)
    }

    @Test func `says for people which row, line and entry`() async throws {
        let fixture = try await fixture()
        try fixture.tamper("UPDATE row_states SET code = 'Y' WHERE key = (1 << 32) + 2")
        let messages = try await fixture.verdict().faults.told.map(\.message)
        #expect(
            messages == [
                "Row 2 (line 3): its outcome, its calls or what was asked is not what entry 2 "
                    + "committed."
            ])
    }

    @Test func `tells the first hundred faults and counts the others`() async throws {
        let fixture = try await LedgerFixture(rows: 1000)
        let run = try await fixture.beginRun()
        var batch = RunBatch()
        batch.outcomes = (1...1000).map {
            RowOutcome(row: $0, outcome: .transferred, at: LedgerFixture.noon)
        }
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        try fixture.tamper("UPDATE row_states SET message = 'x'")
        let faults = try await fixture.verdict().faults
        #expect(faults.count == 1000)
        #expect(faults.told.count == LedgerFaults.toldMax)
    }

    @Test func `a chain that was made anew is found by an earlier report`() async throws {
        let honest = try await fixture()
        let report = try await honest.verdict().chain
        // As somebody would leave it who reckons all of it again: another outcome for row 2.
        let forged = try await LedgerFixture(rows: 250)
        try await forged.fill(row2: .transferred)
        #expect(try await forged.faults() == [])
        let kept = KeptHead(length: report.length, head: report.head, genesis: report.genesis)
        #expect(try await honest.faults(against: kept) == [])
        #expect(try await forged.faults(against: kept) == ["other chain: entries 1...8"])
        // Rows and options are the same, so it begins alike.
        #expect(try await forged.verdict().chain.genesis == report.genesis)
        let other = KeptHead(length: 0, head: report.genesis, genesis: report.head)
        #expect(try await honest.faults(against: other) == ["other chain"])
    }

    @Test func `outcomes that were taken away with their entries are found by an earlier report`()
        async throws
    {
        let fixture = try await fixture()
        let report = try await fixture.verdict().chain
        try fixture.tamper(
            Tampering(
                "",
                """
                DELETE FROM chain WHERE key > #4; DELETE FROM chain_heads WHERE key > #4;
                DELETE FROM row_states WHERE key > #4
                """
            ).sql)
        #expect(try await fixture.faults() == [])
        let kept = KeptHead(length: report.length, head: report.head)
        #expect(try await fixture.faults(against: kept) == ["other chain"])
    }

    @Test func `a job that is gone or hidden is told by what it left`() async throws {
        for change in ["DELETE FROM jobs", "UPDATE jobs SET sealed = 0"] {
            let fixture = try await fixture()
            #expect(try await fixture.ledger.read { try $0.strayFaults() }.count == 0)
            try fixture.tamper(change)
            let faults = try await fixture.ledger.read { try $0.strayFaults() }
            #expect(faults.told.map(\.kind) == [.jobRemoved], "\(change)")
        }
    }

    @Test func `is sound after every way of a row, and grows by an entry for each`() async throws {
        let noon = LedgerFixture.noon
        let fixture = try await fixture()
        #expect(try await fixture.verdict().chain.length == 8)
        // Failed row 2 and uncertain row 4 are put back, and end otherwise.
        #expect(try await fixture.ledger.putBack(fixture.job, at: noon) == 2)
        #expect(try await fixture.faults() == [])
        #expect(try await fixture.verdict().chain.length == 10)
        _ = try await fixture.ledger.claim(9, of: fixture.job, after: 0, at: noon)
        #expect(try await fixture.faults() == [])
        let run = try await fixture.beginRun()
        var batch = RunBatch()
        batch.calls = [fixture.call(2), fixture.call(4), fixture.call(4)]
        batch.outcomes = [2, 4].map { RowOutcome(row: $0, outcome: .transferred, at: noon) }
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        let review = EndedRow(
            row: 9, outcome: .skipped, code: .contactEnded, column: nil, message: "It has ended.")
        try await fixture.ledger.end([review], of: fixture.job, at: noon)
        #expect(try await fixture.faults() == [])
        #expect(try await fixture.verdict().chain.length == 13)
        // What a row was before it was put back is held by the entry that says so.
        try fixture.tamper(
            "UPDATE chain SET digest = zeroblob(32) WHERE key = (1 << 32) + 2")
        #expect(
            try await fixture.faults() == [
                "entry changed: entries 1...4", "outcome changed: rows 2...2, entries 9...9",
            ])
    }

    @Test func `rows that ended before anything was sent have their entries`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try Ledger(path: directory.file("l.sqlite"), whereAbsent: .create)
        var rows = LedgerFixture.rows(5000)
        for index in rows.indices {
            rows[index].ended = EndedRow(
                row: index + 1, outcome: .rejected, code: .invalidID, column: .queueID,
                message: "No.")
        }
        let job = try await ledger.store(
            rows, at: LedgerFixture.noon, sealed: LedgerFixture.seal(id: "0123456789ab"))
        let verdict = try await ledger.read { try $0.verify(job) }
        #expect(verdict.faults.count == 0)
        #expect(verdict.chain.length == 5000)
    }

    /// 250 rows, of which eight have an outcome, in two commits.
    private func fixture() async throws -> LedgerFixture {
        let fixture = try await LedgerFixture(rows: 250)
        try await fixture.fill(row2: .failed)
        return fixture
    }
}

extension LedgerFixture {
    fileprivate func fill(row2: Outcome) async throws {
        let run = try await beginRun()
        _ = try await ledger.claim(8, of: job, after: 0, at: Self.noon)
        let outcomes: [Outcome] = [.transferred, row2, .transferred, .uncertain]
        for rows in [1...4, 5...8] {
            var batch = RunBatch()
            for row in rows {
                batch.calls.append(call(row))
                batch.outcomes.append(
                    RowOutcome(
                        row: row, outcome: row > 4 ? .transferred : outcomes[row - 1],
                        newContact: ContactID(valid: "n-\(row)"), at: Self.noon))
            }
            try await ledger.commit(batch, of: job, run: run)
        }
    }

    fileprivate func call(_ row: Int) -> CallRecord {
        CallRecord(
            row: row, operation: .transferContact, startedAt: Self.noon, finishedAt: Self.noon,
            duration: .milliseconds(20), failure: nil, requestID: nil)
    }

    /// As another program would do it.
    fileprivate func tamper(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: ledger.path, configuration: configuration)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    fileprivate func verdict(against kept: KeptHead? = nil) async throws -> JobVerdict {
        try await ledger.read { [job] reader in
            // As it stands now, where the job itself was changed.
            try reader.verify(reader.job(job.id) ?? job, against: kept)
        }
    }

    /// The faults but for their sentences.
    fileprivate func faults(against kept: KeptHead? = nil) async throws -> [String] {
        try await verdict(against: kept).faults.told.map { fault in
            let places = [("rows", fault.rows), ("entries", fault.entries)]
                .compactMap { name, range in range.map { "\(name) \($0)" } }
            let place = places.joined(separator: ", ")
            return fault.kind.rawValue + (place.isEmpty ? "" : ": \(place)")
        }
    }
}
