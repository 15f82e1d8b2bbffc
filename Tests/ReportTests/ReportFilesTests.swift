import FoundationEssentials
import Glibc
import Report
import Testing
import TransferCore
import TransferLedger

struct ReportFilesTests {
    private let fixture: ReportFixture

    init() throws { fixture = try ReportFixture() }

    @Test func `writes four files into the job's folder and leaves nothing else there`()
        async throws
    {
        let job = try await fixture.store([.valid(1)])
        let files = try await fixture.write(job)
        #expect(files.directory == fixture.folder + "/reports/0123456789ab")
        #expect(
            try names(in: files.directory) == [
                "results.csv", "retry.csv", "summary.html", "summary.json",
            ])
    }

    @Test func `keeps files and folders to their owner`() async throws {
        let files = try await fixture.write(try await fixture.store([.valid(1)]))
        for file in [files.page, files.document, files.results, files.retry] {
            #expect(try mode(of: file) == 0o600, "\(file)")
        }
        #expect(try mode(of: files.directory) == 0o700)
        #expect(try mode(of: fixture.folder + "/reports") == 0o700)
    }

    @Test func `replaces an earlier report file by file`() async throws {
        let job = try await fixture.store([.valid(1)])
        let files = try await fixture.write(job)
        let earlier = try #require(FileHandleReader(files.results))
        let text = try fixture.text(files.results)
        var batch = RunBatch()
        batch.add(1, .transferred)
        try await fixture.run(job, batch)

        _ = try await fixture.write(job)

        #expect(earlier.text() == text, "who has the earlier file open still reads all of it")
        #expect(try fixture.text(files.results).contains(",transferred,"))
        #expect(try names(in: files.directory).count == 4)
    }

    @Test func `leaves no part behind where a file cannot take its place`() async throws {
        let job = try await fixture.store([.valid(1)])
        let files = try await fixture.write(job)
        let page = try fixture.text(files.page)
        // A folder with the file's name cannot be replaced by the file.
        try FileManager.default.removeItem(atPath: files.retry)
        try FileManager.default.createDirectory(
            atPath: files.retry, withIntermediateDirectories: false)
        var batch = RunBatch()
        batch.add(1, .transferred)
        try await fixture.run(job, batch)

        let error = await #expect(throws: ReportError.self) { try await fixture.write(job) }

        #expect(error?.code == .rename)
        #expect(error?.path == files.retry)
        #expect(try fixture.text(files.page) == page, "a file that comes later is the earlier one")
        #expect(try names(in: files.directory).count == 4)
    }

    @Test func `names the path and what to do where the folder cannot be made`() async throws {
        let job = try await fixture.store([.valid(1)])
        try Data("x".utf8).write(to: URL(filePath: fixture.folder + "/reports"))

        let error = await #expect(throws: ReportError.self) { try await fixture.write(job) }

        let text = try #require(error).description
        #expect(text.contains(fixture.folder + "/reports/0123456789ab cannot be created: "))
        #expect(text.hasSuffix("with --reports, then run `baton report`."))
    }

    @Test func `reads one moment while a run goes on`() async throws {
        let job = try await fixture.store((1...50).map { .valid($0) })
        let fixture = fixture
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for row in 1...20 {
                    var batch = RunBatch()
                    batch.add(row, .transferred)
                    try await fixture.run(job, batch)
                }
            }
            for _ in 0..<10 {
                let files = try await fixture.write(job)
                let rows = try parse(fixture.text(files.results), delimiter: ",").dropFirst()
                let count = rows.count { $0[5] == "transferred" }
                let summary = try JSON(fixture.text(files.document))
                #expect(rows.count == 50)
                #expect(summary["totals"]?["transferred"]?.int == count)
            }
            try await group.waitForAll()
        }
    }

    @Test func `writes 20,000 rows, each in its place`() async throws {
        let job = try await fixture.store((1...20_000).map { .valid($0) })
        let records = try parse(await fixture.report(job, \.results), delimiter: ",")
        #expect(records.count == 20_001)
        #expect(records.dropFirst().enumerated().allSatisfy { $1[3] == String($0 + 1) })
        #expect(records.dropFirst().enumerated().allSatisfy { $1[2] == "note \($0 + 1)" })
    }

    private func mode(of path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o777
    }

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
}
