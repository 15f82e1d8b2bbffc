import FoundationEssentials
import Glibc
import Subprocess
import TestSupport
import Testing

/// What `baton serve` tells while a run is at work, and once the ledger is gone.
@Suite(.timeLimit(.minutes(2))) struct ServeLiveTests {
    private let program = Program(in: TemporaryDirectory())

    private struct Look: Decodable {
        struct Run: Decodable {
            var processID: Int32
            var rateAimedAt: Double?
            var pausedBy: String?
        }

        var job: String
        var headline: String
        var state: String
        var totals: [String: Int]
        var isFinished: Bool
        var run: Run?
    }

    private func looks(_ text: String) throws -> [Look] {
        try text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data: ") }.map {
            try JSONDecoder().decode(Look.self, from: Data($0.dropFirst(6).utf8))
        }
    }

    @Test func `two streams follow a run through a pause to its end`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "300", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let ended = try await connect.program.start(
                connect.run("contacts.csv", "--rate", "10")
            ) { execution in
                try await connect.waitForEffects(3)
                let job = try JobState(try await program.run("status", "--output", "json")).job
                let served = try await ServedJobs.serve(with: program) { served in
                    let process = Int32(execution.processIdentifier.value)
                    try await follow(job, served, process: process)
                }
                #expect(served.status == 0 && served.errors == "", "\(served.errors)")
            }
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try connect.effects().count == 300)
        }
    }

    private func follow(_ job: String, _ served: ServedJobs, process: Int32) async throws {
        let streams = try (0..<2).map { _ in try served.open("GET", "/jobs/\(job)/events", [:]) }
        for stream in streams {
            _ = try await stream.read { $0.contains("\"state\":\"at work\"") }
        }
        let metrics = PrometheusParser(try await served.get("/metrics").body)
        #expect(metrics.problems == [])
        #expect(metrics.value("baton_running", ["job": job]) == 1)
        #expect(metrics.value("baton_target_calls_per_second", ["job": job]) == 10)
        #expect(metrics.value("baton_paused", ["job": job, "by": "operator"]) == 0)
        #expect(try await program.run("pause", job).status == 0)
        for stream in streams {
            let text = try await stream.read { $0.contains("\"state\":\"paused\"") }
            #expect(try looks(text).last?.run?.pausedBy != nil)
        }
        #expect(try await served.get("/jobs/\(job)").body.contains("paused by "))
        #expect(try await served.get("/").body.contains("paused by "))
        #expect(try await program.run("pace", job, "--rate", "1000").status == 0)
        #expect(try await program.run("resume", job).status == 0)
        for stream in streams {
            let text = try await stream.read { $0.contains("\"state\":\"finished\"") }
            let seen = try looks(text)
            #expect(seen.allSatisfy { $0.totals.values.reduce(0, +) == 300 && $0.job == job })
            #expect(seen.compactMap(\.run?.processID).allSatisfy { $0 == process })
            let last = try #require(seen.last)
            #expect(last.isFinished && last.run == nil)
            #expect(last.headline == "All 300 contacts were transferred.")
        }
        let after = PrometheusParser(try await served.get("/metrics").body)
        #expect(after.value("baton_running", ["job": job]) == 0)
        #expect(after.value("baton_rows", ["job": job, "outcome": "transferred"]) == 300)
        #expect(after.value("baton_target_calls_per_second", ["job": job]) == nil)
    }

    @Test func `at most 64 streams are open, and one that is closed makes room`() async throws {
        let job = try await program.ingest(1)
        _ = try await ServedJobs.serve(with: program) { served in
            var streams: [ServedJobs.Connection] = []
            for _ in 0..<64 {
                let stream = try served.open("GET", "/jobs/\(job)/events", [:])
                let text = try await stream.read { $0.contains("data: {") }
                #expect(text.contains("retry: "))
                streams.append(stream)
            }
            let refused = try await served.get("/jobs/\(job)/events")
            #expect(refused.status == 503 && refused.headers["retry-after"] == "30")
            #expect(try await served.get("/jobs/\(job)").status == 200)
            streams.removeLast()
            var status = 503
            while status == 503 {
                let again = try served.open("GET", "/jobs/\(job)/events", [:])
                status =
                    try await again.read { $0.contains("\r\n\r\n") }.contains(" 503 ") ? 503 : 200
            }
            #expect(streams.count == 63)
        }
    }

    @Test(arguments: ["deleted", "replaced"])
    func `a ledger that is gone is told on the page and in the stream`(how: String) async throws {
        let job = try await program.ingest(1)
        let ledger = program.directory.file("baton.sqlite")
        let ended = try await ServedJobs.serve(with: program) { served in
            let stream = try served.open("GET", "/jobs/\(job)/events", [:])
            _ = try await stream.read { $0.contains("data: {") }
            // With what SQLite has beside it: a -wal that stays would be taken for the next one's.
            for suffix in ["", "-wal", "-shm"] {
                rename(ledger + suffix, ledger + ".away" + suffix)
            }
            if how == "replaced" { _ = try await program.ingest(2, file: "other.csv") }
            for path in ["/", "/jobs/\(job)", "/metrics", "/jobs/\(job)/events"] {
                let answer = try await served.get(path)
                #expect(answer.status == 503, "\(path)")
                #expect(answer.headers["retry-after"] == "5")
                #expect(answer.body.contains("was deleted, moved or replaced"))
            }
            let told = try await stream.read { $0.contains("event: trouble") }
            #expect(told.contains("was deleted, moved or replaced"))
            if how == "deleted" {
                for suffix in ["-wal", "-shm", ""] {
                    rename(ledger + ".away" + suffix, ledger + suffix)
                }
                #expect(try await served.get("/jobs/\(job)").status == 200)
                let back = try await stream.read { $0.contains("data: {\"createdAt") }
                #expect(back.contains(job))
            }
        }
        #expect(ended.status == 0 && ended.errors == "")
    }

    @Test func `the ledger's bytes are the same after it was served`() async throws {
        let job = try await program.ingest(3)
        #expect(try await program.run("report", job).status == 0)
        let before = TemporaryDirectory.read(program.directory.file("baton.sqlite"))
        _ = try await ServedJobs.serve(with: program) { served in
            for path in ["/", "/jobs/\(job)", "/metrics"] {
                #expect(try await served.get(path).status == 200)
            }
            let stream = try served.open("GET", "/jobs/\(job)/events", [:])
            _ = try await stream.read { $0.contains("data: {") }
        }
        #expect(TemporaryDirectory.read(program.directory.file("baton.sqlite")) == before)
        #expect(TemporaryDirectory.read(program.directory.file("baton.sqlite-wal")) ?? [] == [])
    }
}
