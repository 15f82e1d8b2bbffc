import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// What others are told of a run: metrics, log lines, the command at its end, a dry run.
@Suite(.timeLimit(.minutes(2))) struct TellingTests {
    private let program = Program(in: TemporaryDirectory())

    private func text(_ name: String) throws -> String {
        String(
            decoding: try #require(TemporaryDirectory.read(program.directory.file(name))),
            as: UTF8.self)
    }

    @Test func `the metrics at the end agree with the job and with each other`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "30", "--failing-share", "0.1", "--rate", "10", "--burst", "2"],
            with: program
        ) { connect in
            let ended = try await connect.program.run(
                connect.run(
                    "contacts.csv", "--metrics-file", "baton.prom", "--output", "json", "--rate",
                    "1000", "--burst", "100"))
            let state = try JobState(ended)
            let metrics = PrometheusParser(try text("baton.prom"))
            #expect(metrics.problems == [])
            #expect(metrics.samples.allSatisfy { $0.labels["job"] == state.job })
            for (outcome, rows) in state.totals {
                #expect(metrics.value("baton_rows", ["outcome": outcome]) == Double(rows))
            }
            let transfers = ["operation": "TransferContact"]
            let ok = transfers.merging(["result": "ok"]) { $1 }
            #expect(
                metrics.value("baton_calls_total", ok)
                    == Double(state.totals["transferred"] ?? 0))
            let throttled = transfers.merging(["result": "throttled"]) { $1 }
            #expect(metrics.value("baton_calls_total", throttled) ?? 0 > 0)
            let calls = metrics.samples.filter {
                $0.name == "baton_calls_total" && $0.labels["operation"] == "TransferContact"
            }.reduce(0) { $0 + $1.value }
            #expect(metrics.value("baton_call_duration_seconds_count", transfers) == calls)
            #expect(metrics.value("baton_running") == 0)
            #expect(metrics.value("baton_paused", ["by": "operator"]) == 0)
            let left = try FileManager.default.contentsOfDirectory(
                atPath: program.directory.path
            ).filter { $0.contains(".part") }
            #expect(left == [])
        }
    }

    @Test func `metrics that cannot be written stop the run before anything is sent`()
        async throws
    {
        try await LocalConnect.serve(["--contacts", "5", "--rate", "0"], with: program) { connect in
            let ended = try await connect.program.run(
                connect.run("contacts.csv", "--metrics-file", "nowhere/baton.prom"))
            #expect(ended.status == 73, "\(ended.errors)")
            #expect(ended.errors.contains("The metrics file nowhere/baton.prom cannot be written"))
            #expect(try connect.effects().isEmpty)
        }
    }

    private struct Line: Decodable {
        var time: String
        var level: String
        var event: String
        var message: String
        var job: String?
        var transferred: Int?
    }

    @Test func `with json, every line of stderr is an object with time, level and event`()
        async throws
    {
        try await LocalConnect.serve(
            ["--contacts", "400", "--failing-share", "0", "--rate", "20", "--burst", "5"],
            with: program
        ) { connect in
            let run = connect.run("contacts.csv", "--log-format", "json", "--verbose")
            let ended = try await connect.program.start(run) { execution in
                try await connect.waitForEffects(10)
                try execution.send(signal: .terminate)
            }
            #expect(ended.status == 75, "\(ended.errors)")
            let lines = try ended.errors.split(separator: "\n").map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            }
            #expect(lines.map(\.event).contains("stopping"))
            let levels = Set(lines.map(\.level))
            #expect(levels.isSubset(of: ["debug", "info", "warning", "error"]))
            #expect(levels.contains("error"))
            #expect(lines.allSatisfy { $0.time.hasSuffix("Z") && $0.time.count == 24 })
            let end = lines.first { $0.event == "ended" }
            #expect(end?.transferred ?? 0 >= 10)
            #expect(end?.job?.count == 12)
            #expect(!ended.errors.contains("no-secret"))
        }
    }

    @Test func `what goes wrong before a job is there is an object too`() async throws {
        let ended = try await program.run("status", "--log-format", "json")
        #expect(ended.status == 66)
        let line = try JSONDecoder().decode(Line.self, from: Data(ended.errors.utf8))
        #expect(line.event == "failure" && line.level == "error" && line.job == nil)
    }

    private struct Summary: Decodable { var schema: Int }

    @Test func `the command at the end gets the summary and how the run ended`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "20", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let command =
                "cat > summary.copy; echo $BATON_JOB $BATON_ENDING $BATON_EXIT_STATUS > told; "
                + "env | grep ^AWS_ | sort > aws; echo loud; exit 3"
            let run = connect.run(
                "contacts.csv", "--on-finish", command, "--output", "json")
            let ended = try await connect.program.run(run)
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.errors.contains("--on-finish ended with status 3"))
            #expect(ended.errors.contains("loud"))
            let state = try JobState(ended)
            #expect(try text("told") == "\(state.job) finished 0\n")
            let copy = Data(try text("summary.copy").utf8)
            #expect(try JSONDecoder().decode(Summary.self, from: copy).schema == 1)
            let report = try text("reports/\(state.job)/summary.json")
            #expect(Data(report.utf8) == copy)
            let given = connect.program.environment.filter { "\($0.key)".hasPrefix("AWS_") }
                .map { "\($0.key)=\($0.value)\n" }.sorted().joined()
            #expect(try text("aws") == given)
        }
    }

    @Test func `the command runs after a run that was stopped early, too`() async throws {
        try await LocalConnect.serve(["--contacts", "400", "--rate", "0"], with: program) {
            connect in
            let run = connect.run(
                "contacts.csv", "--rate", "5", "--on-finish",
                "echo $BATON_ENDING, $BATON_EXIT_STATUS > told")
            let ended = try await connect.program.start(run) { execution in
                try await connect.waitForEffects(1)
                try execution.send(signal: .terminate)
            }
            #expect(ended.status == 75, "\(ended.errors)")
            #expect(try text("told") == "interrupted, 75\n")
        }
    }

    @Test func `a signal stops the command that runs at the end, and changes nothing of the run`()
        async throws
    {
        try await LocalConnect.serve(
            ["--contacts", "4", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let run = connect.run("contacts.csv", "--on-finish", "touch begun; sleep 3600")
            let ended = try await connect.program.start(run) { execution in
                while TemporaryDirectory.read(program.directory.file("begun")) == nil {
                    try await Task.sleep(for: .milliseconds(10))
                }
                try execution.send(signal: .terminate)
            }
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.errors.contains("--on-finish was stopped by a signal"))
        }
    }

    @Test func `a dry run says what would be sent, and sends nothing`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "12", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let run = connect.run().filter { $0 != "--yes" } + ["--dry-run"]
            let ended = try await connect.program.run(run)
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.output.contains("Transfer 12 contacts:"))
            #expect(ended.errors.contains("Nothing was transferred"))
            #expect(try connect.effects().isEmpty)
            #expect(TemporaryDirectory.read(program.directory.file("reports")) == nil)

            let csv = try text("contacts.csv").split(separator: "\n")
            let bad = csv.prefix(3).joined(separator: "\n") + "\nno contact,,,\n"
            let isMade = FileManager.default.createFile(
                atPath: program.directory.file("bad.csv"), contents: Data(bad.utf8))
            try #require(isMade)
            let rejected = try await connect.program.run(
                connect.run("bad.csv", "--dry-run"))
            #expect(rejected.status == 65, "\(rejected.errors)")
            #expect(try connect.effects().isEmpty)
        }
    }
}
