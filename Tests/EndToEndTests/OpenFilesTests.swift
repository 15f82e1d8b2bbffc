import TestSupport
import Testing

/// Calls under way at once are connections, and those are files that a process may have open.
struct OpenFilesTests {
    private func run(under limit: String) async throws -> Program.Ended {
        let directory = TemporaryDirectory()
        return try await LocalConnect.serve(
            ["--contacts", "600", "--failing-share", "0", "--quota", "*=0", "--latency", "300"],
            with: Program(in: directory)
        ) { connect in
            let flags = ["--rate", "600", "--burst", "1", "--concurrency", "2000"]
            let ended = try await connect.program.run(connect.run() + flags, under: limit)
            #expect(try connect.effects().count == 600)
            return ended
        }
    }

    @Test func `has no more calls under way than it may have files, and says so`() async throws {
        let ended = try await run(under: "ulimit -n 128")
        #expect(ended.status == 0)
        #expect(ended.errors.contains("At most 64 calls under way at once instead of 2,000"))
    }

    @Test func `raises the limit where the system lets it`() async throws {
        let ended = try await run(under: "ulimit -S -n 128")
        #expect(ended.status == 0)
        #expect(!ended.errors.contains("under way at once"))
    }
}
