import Synchronization
import TestSupport
import Testing
import TransferCore
import TransferLedger

struct IngestTests {
    private let noon = LedgerFixture.noon

    private func jobs(_ ledger: Ledger) async throws -> [Job] {
        try await ledger.read { try $0.jobs() + $0.jobs(idPrefix: "i") }
    }

    /// Hands out the rows' batches, and then does what it is told.
    private func source(
        _ rows: Int, then end: @escaping @Sendable () throws -> Void = {}
    ) -> @Sendable () throws -> NewRows? {
        let batches = Mutex(NewRows.batches(of: LedgerFixture.rows(rows))[...])
        return {
            let batch = batches.withLock { $0.popFirst() }
            if batch == nil { try end() }
            return batch
        }
    }

    @Test func `an ingest that fails after several commits leaves nothing behind`() async throws {
        struct Fault: Error {}
        let fixture = try await LedgerFixture()
        await #expect(throws: Fault.self) {
            try await fixture.ledger.store(at: noon, next: source(50_000) { throw Fault() }) {
                LedgerFixture.seal(id: "ffffffffffff")
            }
        }
        #expect(try await jobs(fixture.ledger) == [fixture.job])
        let next = try await LedgerFixture.store(rows: 9, id: "ffffffffffff", in: fixture.ledger)
        // The number of the job that failed is free again.
        #expect(next.number == fixture.job.number + 1)
    }

    @Test func `what a killed ingest left is never seen, and the next one deletes it`()
        async throws
    {
        let fixture = try await LedgerFixture()
        let (path, directory) = (fixture.ledger.path, fixture.directory)
        _ = try await fixture.ledger.store(at: noon, next: source(50_000)) {
            // What a kill at this moment leaves on the disk.
            for end in ["", "-wal"] {
                directory.write(TemporaryDirectory.read(path + end) ?? [], to: "killed" + end)
            }
            return LedgerFixture.seal(id: "ffffffffffff")
        }
        let killed = try Ledger(path: directory.file("killed"), whereAbsent: .fail)
        #expect(try await jobs(killed) == [fixture.job])
        let next = try await LedgerFixture.store(rows: 9, id: "ffffffffffff", in: killed)
        #expect(next.number == fixture.job.number + 1)
        #expect(try await killed.read { try $0.totals(next) }.rows == 9)
        #expect(try await fixture.rows().count == 5)
    }
}
