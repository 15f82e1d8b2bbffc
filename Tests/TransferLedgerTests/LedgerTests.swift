import Glibc
import TestSupport
import Testing
import TransferCore
import TransferLedger

struct LedgerTests {
    private let noon = LedgerFixture.noon

    @Test func `stores a job's rows in order and finds them again after it was closed`()
        async throws
    {
        let fixture = try await LedgerFixture(rows: 3)
        let again = try Ledger(path: fixture.ledger.path, whereAbsent: .fail)
        let job = try #require(try await again.read { try $0.job(JobID(valid: "0123456789ab")) })
        #expect(job == fixture.job)
        #expect(try await fixture.rows().map(\.contact) == ["c-1", "c-2", "c-3"])
        #expect(try await fixture.rows().map(\.line) == [2, 3, 4])
        #expect(try await fixture.totals()[.pending] == 3)
    }

    @Test func `the files of a ledger are readable by their owner alone`() async throws {
        let fixture = try await LedgerFixture()
        for path in [fixture.ledger.path, fixture.ledger.path + "-wal"] {
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(path)")
        }
    }

    @Test func `flushes every commit to the disk, of a new ledger and of an old one`()
        async throws
    {
        let fixture = try await LedgerFixture()
        #expect(try await fixture.ledger.flushesCommits())
        let again = try Ledger(path: fixture.ledger.path, whereAbsent: .fail)
        #expect(try await again.flushesCommits())
    }

    @Test func `finds a job that was stored before, and stores nothing twice`() async throws {
        let fixture = try await LedgerFixture(rows: 3)
        let job = try await LedgerFixture.store(rows: 9, id: "0123456789ab", in: fixture.ledger)
        #expect(job == fixture.job)
        #expect(try await fixture.rows().count == 3)
        #expect(try await fixture.ledger.read { try $0.jobs() }.count == 1)
    }

    @Test func `a claim is on the disk, once, with the token of the row`() async throws {
        let fixture = try await LedgerFixture(rows: 5)
        let first = try await fixture.ledger.claim(2, of: fixture.job, after: 0, at: noon)
        #expect(first.map(\.row) == [1, 2])
        #expect(
            first.map(\.request.token.text) == ["baton-0123456789ab-1", "baton-0123456789ab-2"])
        #expect(first.allSatisfy { $0.inDoubtSince == nil })
        let rest = try await fixture.ledger.claim(9, of: fixture.job, after: 2, at: noon)
        #expect(rest.map(\.row) == [3, 4, 5])

        // A later run, after a crash: all are in doubt since their first claim.
        let later = Timestamp(milliseconds: noon.milliseconds + 60_000)
        let again = try await fixture.ledger.claim(9, of: fixture.job, after: 0, at: later)
        #expect(again.map(\.row) == [1, 2, 3, 4, 5])
        #expect(again.allSatisfy { $0.inDoubtSince == noon })
        #expect(again.map(\.request) == (first + rest).map(\.request))
    }

    @Test func `rows that were never sent are no longer in doubt once released`() async throws {
        let fixture = try await LedgerFixture(rows: 2)
        let run = try await fixture.beginRun()
        _ = try await fixture.ledger.claim(2, of: fixture.job, after: 0, at: noon)
        var batch = RunBatch()
        batch.released = [2]
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        let again = try await fixture.ledger.claim(2, of: fixture.job, after: 0, at: noon)
        #expect(again.map(\.inDoubtSince) == [noon, nil])
    }

    @Test func `rows that were described or throttled can be released`() async throws {
        let fixture = try await LedgerFixture(rows: 2)
        let run = try await fixture.beginRun()
        _ = try await fixture.ledger.claim(2, of: fixture.job, after: 0, at: noon)
        let throttle = TransferFailure(
            code: "ThrottlingException", message: "", advice: .throttled(retryAfter: nil))
        var batch = RunBatch()
        batch.calls = [call(1, nil), call(2, throttle)]
        batch.calls[0].operation = .describeContact
        batch.released = [1, 2]
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        let again = try await fixture.ledger.claim(2, of: fixture.job, after: 0, at: noon)
        #expect(again.map(\.inDoubtSince) == [nil, nil])
    }

    @Test func `calls that never got to the row are no attempts`() async throws {
        let fixture = try await LedgerFixture(rows: 4)
        let run = try await fixture.beginRun()
        let advices: [TransferFailure.Advice] = [
            .throttled(retryAfter: nil), .credentials, .retry(mayHaveTakenEffect: false),
            .retry(mayHaveTakenEffect: true),
        ]
        var batch = RunBatch()
        for (index, advice) in advices.enumerated() {
            let failure = TransferFailure(code: "X", message: "", advice: advice)
            batch.calls.append(call(index + 1, failure))
        }
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        #expect(try await fixture.rows().map(\.attempts) == [0, 0, 0, 1])
    }

    @Test func `commits calls and outcomes together, and totals add up`() async throws {
        let fixture = try await LedgerFixture(rows: 3)
        let run = try await fixture.beginRun()
        var batch = RunBatch()
        let throttle = TransferFailure(
            code: "ThrottlingException", message: "slow", httpStatus: 429, requestID: "r-1",
            advice: .throttled(retryAfter: nil))
        batch.calls = [call(1, throttle), call(1, nil), call(2, nil)]
        batch.outcomes = [
            RowOutcome(
                row: 1, outcome: .transferred, newContact: ContactID(valid: "n-1"),
                requestID: "r-2", at: noon),
            RowOutcome(row: 2, outcome: .failed, code: "X", message: "no", at: noon),
        ]
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)

        let rows = try await fixture.rows()
        #expect(rows.map(\.outcome) == [.transferred, .failed, .pending])
        #expect(rows.map(\.attempts) == [1, 1, 0])
        #expect(rows[0].newContact == "n-1")
        #expect(rows[1].code == "X")
        let totals = try await fixture.totals()
        #expect(totals.rows == 3)
        #expect(totals.done == 2)
        #expect(totals.amiss == 1)
        var calls = 0
        var throttled = 0
        calls = try await fixture.ledger.read { [job = fixture.job] reader in
            var count = 0
            try reader.forEachCall(of: job) { _ in count += 1 }
            return count
        }
        throttled = try await fixture.ledger.read { [job = fixture.job] reader in
            var count = 0
            try reader.forEachCall(of: job) { count += $0.isThrottled ? 1 : 0 }
            return count
        }
        #expect(calls == 3)
        #expect(throttled == 1)
    }

    private func call(_ row: Int, _ failure: TransferFailure?) -> CallRecord {
        CallRecord(
            row: row, operation: .transferContact, startedAt: noon, finishedAt: noon,
            duration: .milliseconds(20), failure: failure, requestID: nil)
    }

    @Test func `an outcome is never overwritten, and a batch is all or nothing`() async throws {
        let fixture = try await LedgerFixture(rows: 2)
        let run = try await fixture.beginRun()
        var batch = RunBatch()
        batch.outcomes = [RowOutcome(row: 1, outcome: .transferred, at: noon)]
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        batch.outcomes = [
            RowOutcome(row: 2, outcome: .failed, at: noon),
            RowOutcome(row: 1, outcome: .failed, at: noon),
        ]
        await #expect(throws: LedgerError.self) {
            try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        }
        #expect(try await fixture.rows().map(\.outcome) == [.transferred, .pending])
    }

    @Test func `puts failed and uncertain rows back; only the uncertain are in doubt`()
        async throws
    {
        let fixture = try await LedgerFixture(rows: 3)
        let run = try await fixture.beginRun()
        _ = try await fixture.ledger.claim(3, of: fixture.job, after: 0, at: noon)
        var batch = RunBatch()
        batch.outcomes = [
            RowOutcome(row: 1, outcome: .transferred, at: noon),
            RowOutcome(row: 2, outcome: .failed, code: "X", at: noon),
            RowOutcome(row: 3, outcome: .uncertain, code: "Y", at: noon),
        ]
        try await fixture.ledger.commit(batch, of: fixture.job, run: run)
        try await fixture.ledger.noteReport(of: fixture.job, in: "reports", at: noon)
        let isReported = { try await fixture.ledger.read { try $0.isReported(fixture.job) } }
        #expect(try await isReported())
        let count = try await fixture.ledger.putBack(fixture.job, at: noon)
        #expect(count == 2)
        // It tells of outcomes that were taken back.
        #expect(try await !isReported())
        let again = try await fixture.ledger.claim(9, of: fixture.job, after: 0, at: noon)
        #expect(again.map(\.row) == [2, 3])
        #expect(again.map(\.inDoubtSince) == [nil, noon])
        #expect(try await fixture.rows().map(\.code) == [nil, nil, nil])
    }

    @Test func `remembers what a quota was found to be, with the burst that was seen last`()
        async throws
    {
        let fixture = try await LedgerFixture()
        let place = QuotaPlace(endpoint: "https://e", region: "r", account: "123456789012")
        let unknown = try await fixture.ledger.read {
            try $0.quota(of: .transferContact, in: place)
        }
        #expect(unknown == nil)
        for (rate, burst) in [(2.0, 5.0), (10, nil)] as [(Double, Double?)] {
            try await fixture.ledger.remember(
                StoredQuota(rate: rate, burst: burst, foundAt: LedgerFixture.noon),
                of: .transferContact, in: place)
        }
        let known = try await fixture.ledger.read { try $0.quota(of: .transferContact, in: place) }
        #expect(known == StoredQuota(rate: 10, burst: 5, foundAt: LedgerFixture.noon))
        let other = try await fixture.ledger.read { try $0.quota(of: .describeContact, in: place) }
        #expect(other == nil)
        let elsewhere = QuotaPlace(endpoint: "https://e", region: "r", account: "210987654321")
        let others = try await fixture.ledger.read {
            try $0.quota(of: .transferContact, in: elsewhere)
        }
        #expect(others == nil)
    }
}
