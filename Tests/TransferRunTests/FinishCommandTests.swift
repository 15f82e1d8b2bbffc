import Glibc
import TestSupport
import Testing
import TransferRun

@Suite(.timeLimit(.minutes(1))) struct FinishCommandTests {
    private let directory = TemporaryDirectory()

    private func run(_ command: String, limit: Duration) async -> String? {
        await FinishCommand(command, limit: limit).run(
            telling: ["BATON_JOB": "j", "PLACE": directory.path],
            input: directory.write("{}", to: "summary.json")
        ) {
            // Nobody stops it.
            try? await Task.sleep(for: .seconds(3600))
        }
    }

    @Test func `a command that ends in time is told what it needs, and leaves nothing to say`()
        async
    {
        let command = "cat > $PLACE/input; echo $BATON_JOB > $PLACE/job"
        #expect(await run(command, limit: .seconds(60)) == nil)
        #expect(directory.text("input") == "{}")
        #expect(directory.text("job") == "j\n")
    }

    @Test(arguments: ["", "trap '' TERM; "])
    func `a command that hangs is stopped, with all that it started`(trap: String) async throws {
        // Which hangs for an hour, as what it started does; it tells that it is so far by a file.
        let command =
            trap + "sleep 3600 & echo $$ $! > $PLACE/begun; mv $PLACE/begun $PLACE/pids; sleep 3600"
        let fault = await run(command, limit: .seconds(3))
        #expect(fault == "did not end within 3 s and was stopped")
        let pids = try #require(directory.text("pids"))
            .split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
        #expect(pids.count == 2)
        for pid in pids { #expect(await isGone(pid), "process \(pid) is still there") }
    }

    /// Whether a process has ended: whoever takes an orphan over may leave it a zombie for a while.
    private func isGone(_ pid: pid_t) async -> Bool {
        for _ in 0..<500 {
            let stat = TemporaryDirectory.read("/proc/\(pid)/stat") ?? []
            let state = String(decoding: stat, as: UTF8.self).split(separator: " ").dropFirst(2)
                .first
            if state == nil || state == "Z" { return true }

            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

extension TemporaryDirectory {
    fileprivate func text(_ name: String) -> String? {
        Self.read(file(name)).map { String(decoding: $0, as: UTF8.self) }
    }
}
