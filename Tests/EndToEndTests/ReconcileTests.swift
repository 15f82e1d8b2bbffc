import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// What became of contacts behind Baton's back is found, and named rightly.
@Suite(.timeLimit(.minutes(3))) struct ReconcileTests {
    private let program = Program(in: TemporaryDirectory())
    private static let world = [
        "--rate", "0", "--describe-rate", "0", "--list-rate", "0", "--no-verify",
    ]

    /// What `reconcile --output json` says.
    private struct State: Decodable {
        var job: String
        var rows: Int
        var matched: Int
        var exceptions: Int
        var findings: [String: Int]
        var toGo: Int
    }

    private func state(_ ended: Program.Ended) throws -> State {
        try JSONDecoder().decode(State.self, from: Data(ended.output.utf8))
    }

    /// The rows of `reconciliation.csv`, by column.
    private func table(of job: String) -> [[String: String]] {
        let path = program.directory.file("reports/\(job)/reconciliation.csv")
        return CSVTable.read(TemporaryDirectory.read(path) ?? [])
    }

    /// The input's rows that go to a queue.
    private func queueRows() -> [[String: String]] {
        let path = program.directory.file("contacts.csv")
        return CSVTable.read(TemporaryDirectory.read(path) ?? []).filter { $0["QueueId"] != "" }
    }

    private func write(_ rows: [[String: String]], to name: String) {
        let columns = ["ContactId", "QueueId", "ContactFlowId", "ExpectedQueueId"]
        let lines = rows.map { row in columns.map { row[$0] ?? "" }.joined(separator: ",") }
        program.directory.write(
            ([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n", to: name)
    }

    @Test func `each contact that was moved, ended, touched or lost is found and named`()
        async throws
    {
        try await LocalConnect.serve(
            ["--contacts", "60", "--failing-share", "0"] + Self.world, with: program
        ) { connect in
            let rows = try awkwardRows(connect)
            write(rows, to: "moves.csv")
            let ran = try await connect.program.run(connect.run("moves.csv", "--output", "json"))
            #expect(ran.status == 1, "\(ran.errors)")
            let job = try JobState(ran).job
            let new = try connect.results(of: job).map { $0["BatonNewContactId"] ?? "" }
            let done = try disturb(rows, new, connect)

            let ended = try await connect.program.run("reconcile", job, "--output", "json")
            #expect(ended.status == 1, "\(ended.errors)")
            let found = table(of: job)
            #expect(
                found.map { $0["BatonFinding"] } == [
                    "landed", "landed", "movedOn", "movedOn", "ended", "notFound", "notLanded",
                    "notLanded", "notLanded", "landed", "notTransferred", "movedByOthers",
                    "notTransferred", "notTransferred", "notAsked", "notAsked",
                ])
            #expect(found[1]["BatonUserId"] == done.user)
            #expect(found[1]["BatonQueueId"] == rows[1]["QueueId"])
            #expect(found[2]["BatonCurrentContactId"] == done.movedOn)
            #expect(found[2]["BatonQueueId"] == done.elsewhere)
            #expect(found[3]["BatonCurrentContactId"] == done.movedOnTwice)
            #expect(found[4]["BatonDisconnectReason"] == "API")
            #expect(found[4]["BatonEndedAt"] != "")
            #expect(found[8]["BatonDisconnectReason"] == "CONTACT_FLOW_DISCONNECT")
            #expect(found[11]["BatonCurrentContactId"] == done.movedByOthers)
            #expect(found[12]["BatonEndedAt"] != "")
            #expect(found.map { $0["BatonMatched"] == "no" }.filter(\.self).count == 5)
            let state = try state(ended)
            #expect(state.rows == 16 && state.matched == 11 && state.exceptions == 5)
            #expect(state.findings.values.reduce(0, +) == 16)
            try controlTotals(of: job, transferred: 9, notTransferred: 4, untold: 1, notAsked: 2)
            let page = program.directory.file("reports/\(job)/reconciliation.html")
            let text = String(decoding: TemporaryDirectory.read(page) ?? [], as: UTF8.self)
            #expect(text.contains("agrees with the ledger on 11 of 16 rows; 5 need you."))
            #expect(text.contains(done.movedByOthers))

            let again = try await connect.program.run("reconcile", "--report", "--output", "json")
            #expect(again.status == 1)
            #expect(try self.state(again).exceptions == 5)
        }
    }

    /// Sixteen rows to queues: three by flows that lead elsewhere, three held back by a guard, one of
    /// a contact that is not there, one repeated, one without a contact.
    private func awkwardRows(_ connect: LocalConnect) throws -> [[String: String]] {
        let others = SomebodyElse(connect)
        var rows = Array(queueRows().prefix(16))
        let names = ["with overflow", "waiting for an answer", "out of hours"]
        for (index, name) in names.enumerated() {
            rows[index + 6]["ContactFlowId"] = try others.flow("Transfer to queue, \(name)")
        }
        for index in 10...12 { rows[index]["ExpectedQueueId"] = rows[index]["QueueId"] }
        rows[13]["ContactId"] = "00000000-0000-4000-8000-000000000000"
        rows[14] = rows[0]
        rows[15]["ContactId"] = ""
        return rows
    }

    /// What somebody else did to the contacts of ``awkwardRows(_:)``, once they were transferred.
    private struct Disturbance {
        var user: String
        var elsewhere: String
        var movedOn: String
        var movedOnTwice: String
        var movedByOthers: String
    }

    private func disturb(
        _ rows: [[String: String]], _ new: [String], _ connect: LocalConnect
    ) throws -> Disturbance {
        let others = SomebodyElse(connect)
        let flow = rows[0]["ContactFlowId"] ?? ""
        let input = TemporaryDirectory.read(program.directory.file("contacts.csv")) ?? []
        let users = CSVTable.read(input).compactMap { $0["UserId"] }
        let user = try #require(users.first { $0 != "" })
        let queues = rows.compactMap { $0["QueueId"] }
        let elsewhere = try #require(queues.first { $0 != queues[2] && $0 != queues[3] })
        try others.give(new[1], to: user)
        let movedOn = try others.transfer(new[2], to: elsewhere, by: flow)
        let once = try others.transfer(new[3], to: elsewhere, by: flow)
        let twice = try others.transfer(once, to: queues[3], by: flow)
        try others.stop(new[4])
        try others.forget(new[5])
        let moved = try others.transfer(rows[11]["ContactId"] ?? "", to: elsewhere, by: flow)
        try others.stop(rows[12]["ContactId"] ?? "")
        return Disturbance(
            user: user, elsewhere: elsewhere, movedOn: movedOn, movedOnTwice: twice,
            movedByOthers: moved)
    }

    private func controlTotals(
        of job: String, transferred: Int, notTransferred: Int, untold: Int, notAsked: Int
    ) throws {
        struct Document: Decodable {
            struct Totals: Decodable {
                var ledger: [String: Int]
                var service: [String: Int]
                var addsUp: Bool
            }
            var controlTotals: Totals
        }
        let path = program.directory.file("reports/\(job)/reconciliation.json")
        let bytes = TemporaryDirectory.read(path) ?? []
        let totals = try JSONDecoder().decode(Document.self, from: Data(bytes)).controlTotals
        #expect(
            totals.service == [
                "transferred": transferred, "notTransferred": notTransferred, "untold": untold,
                "notAsked": notAsked, "toGo": 0,
            ])
        #expect(totals.addsUp)
    }

    /// The answers of a third of all calls are lost, each row is tried once, and the role may not look
    /// what became of it, until it is to be reconciled.
    @Test func `rows that nobody knew of are settled, as the service's own count has it`()
        async throws
    {
        try await LocalConnect.serve(
            [
                "--contacts", "200", "--failing-share", "0", "--reset-after", "0.3",
                "--denied", "ListAssociatedContacts",
            ] + Self.world, with: program
        ) { connect in
            // One after another: of calls made at once the lost ones are heard of first, which looks
            // like a service that is down, and that is waited for.
            let ran = try await connect.program.run(
                connect.run(
                    "contacts.csv", "--output", "json", "--max-attempts", "1", "--rate", "60",
                    "--burst", "1"))
            let before = try JobState(ran)
            let uncertain = before.totals["uncertain"] ?? 0
            try #require(uncertain > 0, "\(ran.errors)")
            try SomebodyElse(connect).allow("ListAssociatedContacts")

            let ended = try await connect.program.run("reconcile", before.job, "--output", "json")
            #expect(ended.status == 1, "\(ended.errors)")
            #expect(ended.errors.contains("transferred after all"))
            let first = try state(ended)
            #expect(first.findings["transferredAfterAll"] == uncertain)
            #expect(first.findings["landed"] == 200 - uncertain)
            let after = try JobState(try await program.run("status", "--output", "json"))
            #expect(after.totals["transferred"] == 200)
            #expect(after.totals["uncertain"] == 0)
            let effects = try connect.effects()
            for row in try connect.results(of: before.job) {
                #expect(row["BatonOutcome"] == "transferred")
                #expect(effects[row["ContactId"] ?? ""] == [row["BatonNewContactId"] ?? ""])
            }

            let verified = try await program.run("verify-ledger", before.job)
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            let again = try await connect.program.run("reconcile", before.job, "--output", "json")
            #expect(again.status == 0, "\(again.errors)")
            #expect(try state(again).findings["landed"] == 200)
        }
    }

    @Test func `killed or interrupted it goes on where it was, and asks for no row twice`()
        async throws
    {
        try await LocalConnect.serve(
            ["--contacts", "200", "--failing-share", "0"] + Self.world, with: program
        ) { connect in
            let ran = try await connect.program.run(connect.run("contacts.csv"))
            #expect(ran.status == 0, "\(ran.errors)")
            let command = ["reconcile", "--rate", "100", "--output", "json"]
            for moment in ["before", "within", "after"] {
                var failing = connect.program
                failing.environment["BATON_FAILPOINT"] = "\(moment)-findings:2"
                let killed = try await failing.run(command)
                #expect(killed.status == nil, "\(moment)")
            }
            let others = SomebodyElse(connect)
            let asked = try others.succeeded("DescribeContact")
            // So slowly that it cannot be through before the signal, however busy the machine.
            let slowly = ["reconcile", "--rate", "5", "--output", "json"]
            let stopped = try await connect.program.start(slowly) { execution in
                try await others.waitForSucceeded("DescribeContact", asked + 10)
                try execution.send(signal: .interrupt)
            }
            #expect(stopped.status == 75, "\(stopped.errors)")
            #expect(stopped.errors.contains("Going on with the reconciliation"))
            let half = try state(stopped)
            #expect(half.toGo > 0 && half.toGo < 200)

            let atStop = try others.succeeded("DescribeContact")
            let ended = try await connect.program.run(command)
            #expect(ended.status == 0, "\(ended.errors)")
            let whole = try state(ended)
            #expect(whole.toGo == 0 && whole.findings["landed"] == 200)
            #expect(try others.succeeded("DescribeContact") - atStop == half.toGo)
            #expect(table(of: whole.job).allSatisfy { $0["BatonFinding"] == "landed" })
        }
    }

    @Test func `one process at a time works on a job, and the second says who does`()
        async throws
    {
        try await LocalConnect.serve(
            ["--contacts", "60", "--failing-share", "0"] + Self.world, with: program
        ) { connect in
            _ = try await connect.program.run(connect.run("contacts.csv"))
            let others = SomebodyElse(connect)
            _ = try await connect.program.start(["reconcile", "--rate", "2"]) { execution in
                try await others.waitForSucceeded("DescribeContact", 1)
                let second = try await connect.program.run("reconcile")
                #expect(second.status == 75)
                #expect(second.errors.contains("is being reconciled by process"))
                let status = try await program.run("status")
                #expect(status.output.contains("Now: reconciled by process"), "\(status.output)")
                try execution.send(signal: .kill)
            }
        }
    }

    @Test func `credentials that are refused end it with 77, a service that is down with 69`()
        async throws
    {
        let caller = try await LocalConnect.serve(
            ["--contacts", "30", "--failing-share", "0", "--quota", "*=0"], with: program
        ) { connect in
            _ = try await connect.program.run(connect.run("contacts.csv"))
            var caller = connect.program
            caller.environment["AWS_SECRET_ACCESS_KEY"] = "not-the-secret"
            let refused = try await caller.run("reconcile", "--output", "json")
            #expect(refused.status == 77)
            #expect(try state(refused).toGo == 30)

            caller.environment["AWS_ACCESS_KEY_ID"] = "AKIABATONSIMULATOR02"
            caller.environment["AWS_SECRET_ACCESS_KEY"] = "baton-simulator-key-that-is-no-secret-02"
            let denied = try await caller.run("reconcile", "--output", "json")
            #expect(denied.status == 77)
            #expect(denied.errors.contains("connect:DescribeContact"))
            #expect(try state(denied).toGo == 30)
            return connect.program
        }
        let down = try await caller.run(
            "reconcile", "--wait-for-service", "0s", "--output", "json")
        #expect(down.status == 69, "\(down.errors)")
        #expect(try state(down).toGo == 30)
        let unwritable = try await caller.run("reconcile", "--reports", "/proc/reports")
        #expect(unwritable.status == 73)
        let unknown = try await caller.run("reconcile", "ffff")
        #expect(unknown.status == 66)
        let elsewhere = try await caller.run("reconcile", "--region", "eu-west-1")
        #expect(elsewhere.status == 64)
    }
}
