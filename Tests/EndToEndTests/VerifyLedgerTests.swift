import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// `baton verify-ledger`, as an auditor uses it.
@Suite(.timeLimit(.minutes(2))) struct VerifyLedgerTests {
    private let program = Program(in: TemporaryDirectory())

    private struct Verdict: Decodable {
        struct Job: Decodable {
            var job: String
            var rows: Int
            var length: Int
            var head: String
            var faultCount: Int
        }
        var isSound: Bool
        var jobs: [Job]

        init(_ ended: Program.Ended) throws {
            self = try JSONDecoder().decode(Verdict.self, from: Data(ended.output.utf8))
        }
    }

    @Test func `a ledger is sound while a run works, after its kill, and to its end`() async throws
    {
        try await LocalConnect.serve(
            ["--contacts", "400", "--failing-share", "0.1", "--rate", "0"], with: program
        ) { connect in
            let program = connect.program
            let killed = try await program.start(connect.run("contacts.csv", "--rate", "10")) {
                execution in
                try await connect.waitForEffects(10)
                let verdict = try Verdict(
                    await program.run("verify-ledger", "--output", "json"))
                #expect(verdict.isSound)
                #expect(verdict.jobs.map(\.rows) == [400])
                #expect(verdict.jobs[0].length > 0)
                try execution.send(signal: .kill)
            }
            #expect(killed.status == nil)
            #expect(try await program.run("verify-ledger").status == 0)

            let ended = try await program.run(connect.run("contacts.csv", "--output", "json"))
            let job = try JobState(ended).job
            let summary = "reports/\(job)/summary.json"
            let sound = try await program.run("verify-ledger", "--against", summary)
            #expect(sound.status == 0, "\(sound.output)\(sound.errors)")
            #expect(sound.output.contains("Job \(job): all is as it was committed. 400 rows"))

            // The chain goes on from the report's: that one is still known.
            #expect(try await program.run("retry", job).status == 0)
            _ = try await program.run(connect.run("contacts.csv"))
            let verdict = try Verdict(
                await program.run(
                    "verify-ledger", job, "--against", summary, "--output", "json"))
            #expect(verdict.isSound && verdict.jobs[0].length > 400)
            let head = "\(verdict.jobs[0].length):\(verdict.jobs[0].head)"
            #expect(
                try await program.run("verify-ledger", job, "--against", head).status == 0)
            let page = TemporaryDirectory.read(
                program.directory.file("reports/\(job)/summary.html"))
            #expect(String(decoding: page ?? [], as: UTF8.self).contains(verdict.jobs[0].head))
        }
    }

    @Test func `says what is wrong with what it is given`() async throws {
        #expect(try await program.run("verify-ledger").status == 66)
        program.directory.write("ContactId,QueueId\nc,q\n", to: "in.csv")
        let stored = try await program.run(
            "ingest", "in.csv", "--region", "eu-central-1", "--instance",
            "11111111-2222-4333-8444-555555555555", "--contact-flow",
            "11111111-2222-4333-8444-555555555555", "--output", "json")
        #expect(stored.status != nil, "\(stored.errors)")
        let job = try JobState(stored).job
        #expect(try await program.run("verify-ledger").status == 0)
        #expect(try await program.run("verify-ledger", "ffff").status == 66)

        let head = "0:" + String(repeating: "a", count: 64)
        let unnamed = try await program.run("verify-ledger", "--against", head)
        #expect(unnamed.status == 64)
        let other = try await program.run("verify-ledger", job, "--against", head)
        #expect(other.status == 1)
        #expect(other.output.contains("other chain: "))
        let missing = try await program.run("verify-ledger", "--against", "none.json")
        #expect(missing.status == 66, "\(missing.errors)")
        let refused = try await program.run("verify-ledger", "--against", "in.csv")
        #expect(refused.status == 65, "\(refused.errors)")
    }
}
