import Glibc
import TestSupport
import Testing
import TransferCore
import TransferLedger

struct JobLockTests {
    @Test func `one process at a time works on a job, others may work on other jobs`()
        async throws
    {
        let fixture = try await LedgerFixture()
        let other = try await LedgerFixture.store(
            rows: 1, id: "ffffffffffff", in: fixture.ledger)
        let lock = try JobLock(fixture.job, of: fixture.ledger)
        #expect(try isHeld(fixture.job, in: fixture.ledger))
        #expect(try !isHeld(other, in: fixture.ledger))
        _ = consume lock
        #expect(try !isHeld(fixture.job, in: fixture.ledger))
    }

    @Test func `a job is held on every path to its ledger`() async throws {
        let fixture = try await LedgerFixture()
        let link = fixture.directory.file("link.sqlite")
        try #require(symlink(fixture.ledger.path, link) == 0)
        let linked = try Ledger(path: link, whereAbsent: .fail)
        let lock = try JobLock(fixture.job, of: linked)
        #expect(try isHeld(fixture.job, in: fixture.ledger))
        _ = consume lock
        #expect(linked.path == link)
        #expect(TemporaryDirectory.read(link + "-lock") == nil)
    }

    @Test func `a lock file that cannot be used is no lock that is held`() async throws {
        let fixture = try await LedgerFixture()
        let path = fixture.ledger.path + "-lock"
        unlink(path)
        try #require(mkdir(path, 0o700) == 0)
        let error = #expect(throws: LedgerError.self) {
            _ = try JobLock(fixture.job, of: fixture.ledger)
        }
        #expect(error?.code == .unwritable)
    }

    private func isHeld(_ job: Job, in ledger: Ledger) throws -> Bool {
        do throws(LedgerError) {
            _ = try JobLock(job, of: ledger)
            return false
        } catch {
            guard error.code == .held else { throw error }
            return true
        }
    }
}
