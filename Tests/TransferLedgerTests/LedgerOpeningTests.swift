import Glibc
import TestSupport
import Testing
import TransferCore
import TransferLedger

struct LedgerOpeningTests {
    private func code(_ path: String, _ absence: Ledger.Absence = .fail) -> LedgerError.Code? {
        do throws(LedgerError) {
            _ = try Ledger(path: path, whereAbsent: absence)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `says that there is no ledger, and makes none`() {
        let directory = TemporaryDirectory()
        #expect(code(directory.file("none.sqlite")) == .missing)
        #expect(TemporaryDirectory.read(directory.file("none.sqlite")) == nil)
    }

    @Test func `refuses a file that is no database, and one in a folder that is not there`() {
        let directory = TemporaryDirectory()
        let text = directory.write(String(repeating: "no database ", count: 400), to: "text")
        #expect(code(text) == .notALedger)
        #expect(code(directory.file("no/such/folder.sqlite"), .create) == .unwritable)
    }

    /// A running program cannot be opened for writing, by root neither (ETXTBSY of open(2)).
    @Test func `refuses what may not be written before SQLite makes files beside it`() {
        #expect(code("/proc/self/exe") == .unwritable)
    }

    @Test func `refuses another program's database and leaves it as it is`() {
        let directory = TemporaryDirectory()
        let ids: [String: [UInt8]] = ["other": [0x11, 0x22, 0x33, 0x44], "none": [0, 0, 0, 0]]
        for (name, id) in ids {
            let bytes = database(applicationID: id)
            let path = directory.write(bytes, to: name)
            for absence in [Ledger.Absence.fail, .create] {
                #expect(code(path, absence) == .notALedger)
                #expect(TemporaryDirectory.read(path) == bytes, "\(name)")
                #expect(TemporaryDirectory.read(path + "-wal") == nil)
            }
        }
    }

    /// A database of one page without tables, not in write-ahead mode.
    private func database(applicationID: [UInt8]) -> [UInt8] {
        var bytes = Array("SQLite format 3\0".utf8)
        bytes += [0x10, 0x00, 1, 1, 0, 64, 32, 32]
        bytes += [0, 0, 0, 1, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 12) + [0, 0, 0, 4]
        bytes += [UInt8](repeating: 0, count: 8) + [0, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
        bytes += applicationID + [UInt8](repeating: 0, count: 28)
        bytes += [0x0D, 0, 0, 0, 0, 0x10, 0x00, 0]
        return bytes + [UInt8](repeating: 0, count: 4096 - bytes.count)
    }

    @Test func `an empty file becomes a ledger only where one may be made`() {
        let directory = TemporaryDirectory()
        let path = directory.write("", to: "empty")
        #expect(code(path) == .notALedger)
        #expect(TemporaryDirectory.read(path) == [])
        #expect(code(path, .create) == nil)
        #expect(code(path) == nil)
    }

    @Test func `knows a ledger whose tables stand in the write-ahead log alone`() async throws {
        let fixture = try await LedgerFixture()
        let bytes = try #require(TemporaryDirectory.read(fixture.ledger.path))
        #expect(bytes[68..<72] == [0x42, 0x54, 0x4F, 0x4E])
    }

    @Test func `marks a ledger again whose maker was killed before its mark was final`()
        async throws
    {
        let directory = TemporaryDirectory()
        // The file's first page is written, and the journal that takes it back is still there.
        let path = directory.write(database(applicationID: Array("BTON".utf8)), to: "ledger")
        var journal: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
        journal += [0, 0, 0, 0] + [1, 2, 3, 4] + [0, 0, 0, 0] + [0, 0, 2, 0] + [0, 0, 0x10, 0]
        journal += [UInt8](repeating: 0, count: 512 - journal.count)
        directory.write(journal, to: "ledger-journal")
        _ = try await LedgerFixture.store(
            rows: 3, id: "ffffffffffff", in: try Ledger(path: path, whereAbsent: .create))
        let again = try Ledger(path: path, whereAbsent: .fail)
        #expect(try await again.read { try $0.jobs() }.count == 1)
    }

    @Test func `opening a ledger again writes nothing`() async throws {
        let fixture = try await LedgerFixture()
        let path = fixture.ledger.path
        let before = [path, path + "-wal"].map(TemporaryDirectory.read)
        #expect(code(path) == nil)
        #expect([path, path + "-wal"].map(TemporaryDirectory.read) == before)
    }

    @Test(arguments: ["", "-wal"])
    func `writes nothing more once the ledger or its log is gone`(suffix: String) async throws {
        let fixture = try await LedgerFixture()
        let path = fixture.ledger.path
        // That others look into it and go is nothing.
        for _ in 0..<2 {
            let other = try Ledger(path: path, whereAbsent: .fail)
            _ = try await other.read { try $0.jobs() }
        }
        _ = try await fixture.beginRun()
        #expect(rename(path + suffix, path + ".away") == 0)
        let error = await #expect(throws: LedgerError.self) { _ = try await fixture.beginRun() }
        #expect(error?.code == .moved)
        #expect(error?.message.contains("nothing more is sent") == true)
        #expect(rename(path + ".away", path + suffix) == 0)
        _ = try await fixture.beginRun()
    }
}
