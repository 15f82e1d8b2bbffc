import TestSupport
import Testing
import TransferCore
import TransferLedger

/// What is found of a file whose bytes were changed.
struct DamageTests {
    private static let pageBytes = 8192
    private let directory = TemporaryDirectory()

    /// A ledger of rows of which one was transferred, closed, so that all of it stands in the file.
    private func path() async throws -> String {
        let ledger = try Ledger(path: directory.file("l.sqlite"), whereAbsent: .create)
        let job = try await LedgerFixture.store(rows: 400, id: "0123456789ab", in: ledger)
        let run = try await ledger.beginRun(
            of: job, by: RunWorker(host: "h", user: "u", processID: 1, bootID: "b", version: "0"),
            settings: RunSettings(pace: "auto", concurrency: 1, attemptsMax: 8),
            at: LedgerFixture.noon)
        _ = try await ledger.claim(400, of: job, after: 0, at: LedgerFixture.noon)
        var batch = RunBatch()
        batch.outcomes = (1...400).map {
            RowOutcome(row: $0, outcome: .transferred, at: LedgerFixture.noon)
        }
        try await ledger.commit(batch, of: job, run: run)
        return ledger.path
    }

    /// What a look through the ledger says once some page of it was changed; nil where all is well.
    private func verdict(_ change: (inout ArraySlice<UInt8>) -> Bool) async throws -> LedgerError? {
        let path = try await path()
        var bytes = try #require(TemporaryDirectory.read(path))
        let pages = stride(from: 0, to: bytes.count, by: Self.pageBytes)
        #expect(pages.contains { change(&bytes[$0..<$0 + Self.pageBytes]) })
        directory.write(bytes, to: "l.sqlite")
        do {
            let ledger = try Ledger(path: path, whereAbsent: .fail)
            try await ledger.check()
            return nil
        } catch let error as LedgerError {
            return error
        }
    }

    @Test func `finds nothing in a whole ledger`() async throws {
        #expect(try await verdict { _ in true } == nil)
    }

    @Test func `finds an index that leads elsewhere, by which totals would be counted`()
        async throws
    {
        let error = try await verdict { page in
            // A leaf of an index (<https://sqlite.org/fileformat2.html>, 1.6), here by outcome.
            guard page.first == 0x0A, let place = page.firstRange(of: "transferred".utf8)
            else { return false }
            page[place.lowerBound] = UInt8(ascii: "T")
            return true
        }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("so nothing is sent") == true)
    }

    @Test func `finds a page whose bytes were overwritten`() async throws {
        let error = try await verdict { page in
            guard page.first == 0x0D, page.firstRange(of: "transferred".utf8) != nil
            else { return false }
            for index in page.indices { page[index] = 0xA5 }
            return true
        }
        #expect(error?.code == .damaged)
    }
}
