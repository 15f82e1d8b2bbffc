import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// What may happen between a command's first look at its job and the first call.
@Suite(.timeLimit(.minutes(3))) struct StartTests {
    private let program = Program(in: TemporaryDirectory())

    private var gate: String { program.directory.file("gate") }

    /// The caller with a profile whose credentials are there once ``open()`` lets them.
    private func waiting(_ connect: LocalConnect) throws -> Program {
        let variables = connect.program.environment
        let script = """
            #!/bin/sh
            touch '\(gate).reached'
            until [ -e '\(gate).open' ]; do sleep 0.05; done
            echo '{"Version": 1, "AccessKeyId": "\(variables["AWS_ACCESS_KEY_ID"] ?? "")",'
            echo '"SecretAccessKey": "\(variables["AWS_SECRET_ACCESS_KEY"] ?? "")"}'
            """
        let directory = program.directory
        try FileManager.default.createDirectory(
            atPath: directory.file(".aws"), withIntermediateDirectories: true)
        directory.write(script, to: "gate")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: gate)
        directory.write("[profile gate]\ncredential_process = '\(gate)'\n", to: ".aws/config")
        var caller = connect.program
        caller.environment["AWS_ACCESS_KEY_ID"] = nil
        caller.environment["AWS_SECRET_ACCESS_KEY"] = nil
        return caller
    }

    private func reached() async throws {
        while TemporaryDirectory.read("\(gate).reached") == nil {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func open() { program.directory.write("", to: "gate.open") }

    @Test func `rows that are put back meanwhile are looked up before any is sent`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "40", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            try spoilFirst(of: 40)
            let stopped = try await connect.program.start(
                connect.run("contacts.csv", "--rate", "5")
            ) { execution in
                try await connect.waitForEffects(1)
                try execution.send(signal: .terminate)
            }
            #expect(stopped.status == 75, "\(stopped.errors)")
            let job = try JobState(try await program.run("status", "--output", "json"))
            #expect(job.totals["rejected"] == 1)
            let before = try connect.effects().count

            let resume = ["resume", "--yes", "--rate", "1000", "--profile", "gate"]
            let overtaken = try await waiting(connect).start(resume) { _ in
                try await reached()
                let retried = try await program.run("retry", job.job)
                #expect(retried.errors.contains("1 row put back"), "\(retried.errors)")
                open()
            }
            #expect(overtaken.status == 75, "\(overtaken.errors)")
            #expect(overtaken.errors.contains("were put back to pending while"))
            #expect(try connect.effects().count == before)

            let resumed = try await connect.program.run("resume", "--yes", "--rate", "1000")
            #expect(resumed.status == 1, "\(resumed.errors)")
            #expect(
                try JobState(await program.run("status", job.job, "--output", "json"))
                    .totals["transferred"] == 39)
        }
    }

    /// Has the first row name a queue that is not there; keeps `count` rows.
    private func spoilFirst(of count: Int) throws {
        let bytes = try #require(TemporaryDirectory.read(program.directory.file("contacts.csv")))
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        var rows = lines.prefix(count + 1).map { line -> [Substring] in
            line.split(separator: ",", omittingEmptySubsequences: false) + [""]
        }
        for name in ["QueueId", "UserId"] {
            rows[1][try #require(rows[0].firstIndex(of: name[...]))] = ""
        }
        rows[0][rows[0].count - 1] = "Queue"
        rows[1][rows[1].count - 1] = "Nowhere"
        let text = rows.map { $0.joined(separator: ",") + "\n" }.joined()
        program.directory.write(text, to: "contacts.csv")
    }

    @Test func `a time to stop that comes meanwhile is not taken for tomorrow's`() async throws {
        // Not so near to the full minute that the program is not there yet.
        while secondOfMinute < 20 || secondOfMinute > 50 {
            try await Task.sleep(for: .seconds(1))
        }
        try await LocalConnect.serve(["--contacts", "4", "--rate", "0"], with: program) { connect in
            let stop = Date().addingTimeInterval(60).ISO8601Format().dropFirst(11).prefix(5)
            let run = connect.run(
                "contacts.csv", "--profile", "gate", "--stop-at", "\(stop)", "--time-zone", "UTC")
            let ended = try await waiting(connect).start(run) { _ in
                try await reached()
                while secondOfMinute >= 20 { try await Task.sleep(for: .milliseconds(100)) }
                open()
            }
            #expect(ended.status == 75, "\(ended.errors)")
            #expect(ended.errors.contains("the time set by --stop-at"), "\(ended.errors)")
            #expect(try connect.effects().isEmpty)
        }
    }

    private var secondOfMinute: Int { Int(Date().timeIntervalSince1970) % 60 }

    @Test func `where nothing is to be sent the command at the end runs after the report`()
        async throws
    {
        try await LocalConnect.serve(["--contacts", "2", "--rate", "0"], with: program) { connect in
            try spoilFirst(of: 1)
            let run = connect.run("contacts.csv", "--on-finish", "echo $BATON_ENDING >> told")
            for _ in 1...2 {
                let ended = try await connect.program.run(run)
                #expect(ended.status == 1, "\(ended.errors)")
            }
            let told = TemporaryDirectory.read(program.directory.file("told")) ?? []
            #expect(String(decoding: told, as: UTF8.self) == "finished\n")
        }
    }
}
