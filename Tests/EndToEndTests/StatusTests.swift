import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// What is seen of a run from elsewhere.
@Suite(.timeLimit(.minutes(2))) struct StatusTests {
    private let program = Program(in: TemporaryDirectory())

    private struct Look: Decodable {
        struct Run: Decodable {
            var processID: Int32
            var rateAimedAt: Double?
            var pausedBy: String?
            var secondsLeft: Int?
        }

        var totals: [String: Int]
        var isFinished: Bool
        var run: Run?
    }

    @Test func `a watch follows a run to its end, a line of JSON at a time`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "400", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let run = connect.run("contacts.csv", "--rate", "5")
            var looks: [Look] = []
            var process: Int32 = 0
            let ended = try await connect.program.start(run) { execution in
                process = Int32(execution.processIdentifier.value)
                try await connect.waitForEffects(3)
                // A newer job, on which nobody works.
                program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "later.csv")
                let later = connect.run("later.csv").map { $0 == "run" ? "ingest" : $0 }
                    .filter { $0 != "--yes" }
                let ingested = try await program.run(
                    later + ["--contact-flow", "f1111111-2222-3333-4444-555555555555"])
                #expect(ingested.status == 0, "\(ingested.errors)")
                let watch = try await program.start(["status", "--watch", "--output", "json"]) {
                    _ in
                    let seen = try connect.effects().count
                    try await connect.waitForEffects(seen + 40)
                    let status = try await program.run("status", "--output", "json")
                    let job = try JobState(status).job
                    #expect(try await program.run("pace", job, "--rate", "1000").status == 0)
                }
                #expect(watch.status == 0, "\(watch.errors)")
                looks = try watch.output.split(separator: "\n").map {
                    try JSONDecoder().decode(Look.self, from: Data($0.utf8))
                }
            }
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(looks.count >= 3)
            #expect(looks.allSatisfy { $0.totals.values.reduce(0, +) == 400 })
            #expect(looks.first?.run?.processID == process)
            #expect(looks.first?.run?.rateAimedAt == 5)
            #expect((1...82).contains(looks.first?.run?.secondsLeft ?? 0))
            let last = try #require(looks.last)
            #expect(last.isFinished && last.run == nil)
        }
    }

    @Test func `a watch is ended by Ctrl-C with 0, and the run goes on`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "600", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let ended = try await connect.program.start(
                connect.run("contacts.csv", "--rate", "5")
            ) { execution in
                try await connect.waitForEffects(2)
                let watch = try await program.start(["status", "--watch"]) { watching in
                    let seen = try connect.effects().count
                    try await connect.waitForEffects(seen + 40)
                    try watching.send(signal: .interrupt)
                }
                #expect(watch.status == 0, "\(watch.errors)")
                #expect(watch.output.contains("aiming at 5 calls/s"), "\(watch.output)")
                let seen = try connect.effects().count
                try await connect.waitForEffects(seen + 3)
                try execution.send(signal: .terminate)
            }
            #expect(ended.status == 75)
        }
    }

    @Test func `a job whose process was killed is free at once, and status says that it died`()
        async throws
    {
        try await LocalConnect.serve(
            ["--contacts", "400", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let killed = try await connect.program.start(
                connect.run("contacts.csv", "--rate", "5")
            ) { execution in
                try await connect.waitForEffects(3)
                let alive = try await program.run("status")
                #expect(alive.output.contains("until now, process"), "\(alive.output)")
                #expect(alive.output.contains("Now: "))
                try execution.send(signal: .kill)
            }
            #expect(killed.status == nil)
            let status = try await program.run("status")
            #expect(status.output.contains("without an end: its process died"), "\(status.output)")
            let resumed = try await connect.program.run("resume", "--yes", "--rate", "1000")
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(try connect.effects().count == 400)
        }
    }
}
