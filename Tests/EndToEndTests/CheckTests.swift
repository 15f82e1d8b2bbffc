import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// Names, looks at contacts, and what `check` says, with real processes and the local Connect.
struct CheckTests {
    private let program = Program(in: TemporaryDirectory())

    private struct Finding: Decodable {
        var code: String
        var outcome: String?
        var count: Int
    }

    private struct Check: Decodable {
        var rows: Int
        var valid: Int
        var skipped: Int
        var failed: Int
        var rejected: Int
        var headerNotices: [String]
        var problems: [Finding]
        var notices: [Finding]

        init(_ ended: Program.Ended) throws {
            self = try JSONDecoder().decode(Check.self, from: Data(ended.output.utf8))
        }

        func count(_ code: String) -> Int { problems.first { $0.code == code }?.count ?? 0 }
    }

    private func check(
        _ connect: LocalConnect, _ file: String, _ more: String...
    ) async throws -> Program.Ended {
        try await connect.program.run(
            [
                "check", file, "--instance", connect.instanceId, "--region", connect.region,
                "--endpoint-url", connect.endpoint, "--output", "json",
            ] + more)
    }

    private func lines(_ path: String) -> [String] {
        String(decoding: TemporaryDirectory.read(program.directory.file(path)) ?? [], as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    @Test func `--online finds what the run would meet, and transfers nothing`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "400", "--rate", "0", "--describe-rate", "0", "--list-rate", "0"],
            with: program
        ) { connect in
            let offline = try await check(connect, "contacts.csv")
            #expect(offline.status == 0, "\(offline.errors)")
            let ended = try await check(
                connect, "contacts.csv", "--online", "--rejects", "bad.csv")
            #expect(ended.status == 65, "\(ended.errors)")
            let check = try Check(ended)
            #expect(check.rows == 400)
            #expect(check.valid + check.skipped + check.failed + check.rejected == 400)
            #expect(try connect.effects().isEmpty)
            #expect(!FileManager.default.fileExists(atPath: program.directory.file("baton.sqlite")))

            let bad = CSVTable.read(
                TemporaryDirectory.read(program.directory.file("bad.csv")) ?? [])
            #expect(bad.count == check.failed)
            let run = try await connect.program.run(
                connect.run("contacts.csv", "--output", "json"))
            let results = try connect.results(of: try JobState(run).job)
            let failed = results.filter { $0["BatonOutcome"] == "failed" }
            #expect(failed.compactMap { $0["ContactId"] } == bad.compactMap { $0["ContactId"] })
            for code in ["ContactEnded", "ContactNotFound", "WrongChannel", "TransferLimit"] {
                #expect(check.count(code) == bad.count { $0["BatonCode"] == code })
            }
            #expect(Set(bad.compactMap { $0["BatonCode"] }).count >= 3)
        }
    }

    @Test func `--verify spends no transfer on a contact that cannot be moved`() async throws {
        try await LocalConnect.serve(
            [
                "--contacts", "300", "--failing-share", "0.2", "--rate", "0", "--describe-rate",
                "0",
                "--list-rate", "0",
            ], with: program
        ) { connect in
            let ended = try await connect.program.run(
                connect.run("contacts.csv", "--verify", "--output", "json"))
            #expect(ended.status == 1, "\(ended.errors)")
            let state = try JobState(ended)
            #expect(state.totals["failed"] ?? 0 > 30)
            let rows = try connect.results(of: state.job)
            for row in rows {
                let isTransferred = row["BatonOutcome"] == "transferred"
                #expect(row["BatonAttempts"] == (isTransferred ? "1" : "0"))
            }
            #expect(try connect.effects().count == state.totals["transferred"])
        }
    }

    @Test func `moves contacts to queues and users that are named`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "20", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let contacts = CSVTable.read(
                TemporaryDirectory.read(program.directory.file("contacts.csv")) ?? []
            ).compactMap { $0["ContactId"] }
            let goals = [
                "Billing,,Transfer to queue", "Claims ,,Transfer to queue",
                ",agent-1,Transfer to agent", "Bilng,,Transfer to queue",
                "Closed branch,,Transfer to queue", "Billing,,Escalation",
            ]
            let rows = zip(contacts, goals).map { "\($0),\($1)" }
            program.directory.write(
                (["ContactId,Queue,User,ContactFlow"] + rows).joined(separator: "\n"),
                to: "names.csv")
            let online = try await check(connect, "names.csv", "--online")
            #expect(try Check(online).rejected == 3)
            let ended = try await connect.program.run(
                connect.run("names.csv", "--output", "json"))
            #expect(ended.status == 1, "\(ended.errors)")
            #expect(ended.errors.contains("Nearest: 'Billing'"))
            let results = try connect.results(of: try JobState(ended).job)
            #expect(
                results.compactMap { $0["BatonCode"] } == [
                    "", "", "", "UnknownName", "QueueDisabled", "AmbiguousName",
                ])
            #expect(try connect.effects().count == 3)
        }
    }

    @Test func `where no row is left to look at, online or not makes no difference`() async throws {
        let arn =
            "arn:aws:connect:us-west-2:123456789012:instance/910a2dec-8902-4cc1-beeb-8da1658eec67"
        let rows = (1...2).map { "c-1,ae843796-30af-49ee-a263-18377\($0)ef650,\(arn)\n" }
        program.directory.write("ContactId,QueueId,InstanceId\n" + rows.joined(), to: "in.csv")
        let options = [
            "check", "in.csv", "--region", "us-east-1", "--contact-flow",
            "f1111111-2222-3333-4444-555555555555", "--rejects",
            "bad.csv",
        ]
        for more in [[], ["--online"]] {
            let ended = try await program.run(options + more)
            #expect(ended.status == 65, "\(ended.output) \(ended.errors)")
        }
    }

    @Test func `names that cannot be looked up stop a run before it begins`() async throws {
        program.directory.write("ContactId,Queue,ContactFlow\nc-1,Billing,Move\n", to: "in.csv")
        let options = ["--instance", "i-1", "--region", "us-east-1"]
        let ended = try await program.run(["run", "in.csv", "--yes"] + options)
        #expect(ended.status == 77, "\(ended.errors)")
        #expect(ended.errors.contains("could not be looked up"))
        #expect(ended.errors.contains("1 row to go: baton resume"))
        let state = try JobState(try await program.run("status", "--output", "json"))
        #expect(state.totals["pending"] == 1)
    }

    @Test func `names wait for a service that is down, no longer than they may`() async throws {
        let server = try ScriptedServer(
            .send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}"))
        defer { server.stop() }
        let program = Program.withKeys()
        program.directory.write("ContactId,Queue,ContactFlow\nc-1,Billing,Move\n", to: "in.csv")
        let options = [
            "--instance", "i-1", "--region", "us-east-1", "--endpoint-url", server.url,
            "--wait-for-service", "12s",
        ]
        let ended = try await program.run(["run", "in.csv", "--yes"] + options)
        #expect(ended.status == 69, "\(ended.errors)")
        #expect(ended.errors.contains("Trying again, for 12 s in all."))
        #expect(ended.errors.contains("Nothing was transferred. Try again."))
        #expect(ended.errors.contains("1 row to go: baton resume"))
        // Four at first, and again after a while.
        #expect(server.received.count > 4)
    }

    @Test func `reads standard input, and takes it for the same job`() async throws {
        let flow = "f1111111-2222-3333-4444-555555555555"
        let options = ["--instance", "i-1", "--contact-flow", flow, "--region", "us-east-1"]
        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "in.csv")
        let file = try await program.run(["ingest", "in.csv"] + options)
        let piped = try await program.run(
            ["ingest", "-"] + options, reading: program.directory.file("in.csv"))
        #expect(piped.status == 0, "\(piped.errors)")
        #expect(piped.output == file.output)
        program.directory.write("ContactId,QueueId\nc-1,\n", to: "bad.csv")
        let check = try await program.run(
            ["check", "-"] + options, reading: program.directory.file("bad.csv"))
        #expect(check.status == 65)
        #expect(check.output.contains("NoDestination"))
        program.directory.write("", to: "none.csv")
        let none = try await program.run(
            ["check", "-"] + options, reading: program.directory.file("none.csv"))
        #expect(none.errors.contains("standard input is empty"))
    }

    @Test func `a file that has changed since is another job, and that is said`() async throws {
        let flow = "f1111111-2222-3333-4444-555555555555"
        let options = ["--instance", "i-1", "--contact-flow", flow, "--region", "us-east-1"]
        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "in.csv")
        let first = try await program.run(["ingest", "in.csv"] + options)
        program.directory.write("ContactId,QueueId\nc-1,q-1\nc-2,q-1\n", to: "in.csv")
        let second = try await program.run(["ingest", "in.csv"] + options)
        #expect(second.output != first.output)
        #expect(
            second.errors.contains("in.csv has changed since job \(first.output.prefix(12)) of "))
        #expect(second.errors.contains("1 row to go"))
        let third = try await program.run(["ingest", "in.csv"] + options)
        #expect(!third.errors.contains("has changed"))
    }

    @Test func `a check that needs no Region takes none that contradicts the instance`()
        async throws
    {
        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "in.csv")
        let flow = "f1111111-2222-3333-4444-555555555555"
        let arn =
            "arn:aws:connect:us-west-2:123456789012:instance/"
            + "910a2dec-8902-4cc1-beeb-8da1658eec67"
        let options = ["check", "in.csv", "--instance", arn, "--contact-flow", flow]
        let well = try await program.run(options)
        #expect(well.status == 0, "\(well.errors)")
        let ended = try await program.run(options + ["--region", "eu-central-1"])
        #expect(ended.status == 64)
        #expect(ended.errors.contains("--region is eu-central-1"))
    }

    @Test(arguments: [
        ("--max-columns", "3", "line 3, column 11"),
        ("--max-record-bytes", "30", "line 3, column 1 (byte 37)"),
        ("--max-field-bytes", "16", "line 3, column 11 (byte 47)"),
    ])
    func `refuses what is over a limit, and says where`(
        option: String, value: String, place: String
    ) async throws {
        program.directory.write(
            "ContactId,QueueId,Note\nc-1,q-1,short\nc-2,q-1,a,a note that is too long\n",
            to: "in.csv")
        let options = [
            "--instance", "i-1", "--contact-flow", "f1111111-2222-3333-4444-555555555555",
        ]
        let whole = try await program.run(["check", "in.csv"] + options)
        #expect(!whole.errors.contains("in.csv, line"), "\(whole.errors)")
        let ended = try await program.run(["check", "in.csv", option, value] + options)
        #expect(ended.status == 65)
        #expect(ended.errors.contains("in.csv, \(place)"), "\(ended.errors)")
        #expect(ended.errors.contains("\(value)"), "\(ended.errors)")
    }

    @Test func `points out a column whose name is nearly one that is read`() async throws {
        program.directory.write("ContactId,QueueId,ExpectdUserId\nc-1,q-1,u\n", to: "in.csv")
        let flow = "f1111111-2222-3333-4444-555555555555"
        let ended = try await program.run(
            "check", "in.csv", "--instance", "i-1", "--contact-flow", flow, "--output", "json")
        #expect(ended.status == 0)
        #expect(try Check(ended).headerNotices.first?.contains("ExpectedUserId") == true)
    }

    @Test func `writes the bad rows, with what a spreadsheet would run made harmless`() async throws
    {
        program.directory.write(
            "ContactId;QueueId;Note\nc-1;q-1;ok\n=cmd();q-1;\"a;b\"\nc-2;;=1+1\nc-3;q-1\n",
            to: "in.csv")
        let flow = "f1111111-2222-3333-4444-555555555555"
        let ended = try await program.run(
            "check", "in.csv", "--instance", "i-1", "--contact-flow", flow, "--rejects", "bad.csv")
        #expect(ended.status == 65)
        let lines = lines("bad.csv")
        #expect(
            lines.first
                == "ContactId;QueueId;Note;BatonRow;BatonLine;BatonOutcome;BatonCode;BatonMessage")
        #expect(lines.count == 4)
        #expect(lines[1].hasPrefix("'=cmd();q-1;\"a;b\";2;3;rejected;MangledId;"))
        #expect(lines[2].hasPrefix("c-2;;'=1+1;3;4;rejected;NoDestination;"))
        #expect(lines[3].hasPrefix("c-3;q-1;;4;5;rejected;FieldCount;"))
    }
}
