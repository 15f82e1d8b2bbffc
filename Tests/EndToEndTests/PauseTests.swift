import Subprocess
import TestSupport
import Testing

/// What an operator does to a run from another terminal.
@Suite(.timeLimit(.minutes(2))) struct PauseTests {
    private let program = Program(in: TemporaryDirectory())

    @Test func `pause, pace and resume act on a run in another process`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "600", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let run = connect.run("contacts.csv", "--rate", "5")
            let ended = try await connect.program.start(run) { execution in
                try await connect.waitForEffects(3)
                let job = try JobState(try await program.run("status", "--output", "json")).job
                // Before anything is asked or looked up.
                let held = try await connect.program.run("resume")
                #expect(held.status == 75, "\(held.errors)")
                #expect(held.errors.contains("being worked on by process"), "\(held.errors)")
                let paused = try await program.run("pause")
                #expect(paused.status == 0, "\(paused.errors)")
                #expect(paused.errors.contains("baton resume \(job)"))
                let before = try connect.effects().count
                #expect(before < 600)
                // Hundreds of rows would go in this time.
                let paced = try await program.run("pace", job, "--rate", "500", "--burst", "50")
                #expect(paced.status == 0, "\(paced.errors)")
                #expect(try connect.effects().count <= before + 1)
                let resumed = try await connect.program.run("resume", job)
                #expect(resumed.status == 0, "\(resumed.errors)")
                #expect(resumed.errors.contains("goes on"))
            }
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.errors.contains("Paused, as "))
            #expect(ended.errors.contains("Going on."))
            #expect(try connect.effects().count == 600)
        }
    }

    @Test func `a paused run that is ended by a signal can be resumed`() async throws {
        try await LocalConnect.serve(
            ["--contacts", "400", "--failing-share", "0", "--rate", "0"], with: program
        ) { connect in
            let ended = try await connect.program.start(
                connect.run("contacts.csv", "--rate", "5")
            ) { execution in
                try await connect.waitForEffects(1)
                let job = try JobState(try await program.run("status", "--output", "json")).job
                #expect(try await program.run("pause", job).status == 0)
                try execution.send(signal: .terminate)
            }
            #expect(ended.status == 75, "\(ended.errors)")
            let resumed = try await connect.program.run("resume", "--yes", "--rate", "1000")
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(try connect.effects().count == 400)
        }
    }

    @Test func `where nobody works on the job, pause and pace say so`() async throws {
        try await LocalConnect.serve(["--contacts", "4", "--rate", "0"], with: program) { connect in
            let ingest = ["ingest"] + connect.run().dropFirst().filter { $0 != "--yes" }
            let job = try JobState(
                try await connect.program.run(ingest + ["--output", "json"])
            ).job
            for command in [["pause", job], ["pace", job, "--rate", "5"]] {
                let ended = try await program.run(command)
                #expect(ended.status == 75)
                #expect(ended.errors.contains("Nobody works on job \(job)"), "\(ended.errors)")
                #expect(ended.errors.contains("baton resume \(job)"))
            }
            let unnamed = try await program.run("pause")
            #expect(unnamed.status == 75)
            #expect(unnamed.errors.contains("baton resume \(job)"), "\(unnamed.errors)")
            let wrong = try await program.run("pace", job, "--rate", "auto", "--burst", "5")
            #expect(wrong.status == 64)
            #expect(try await program.run("pause", "ffff").status == 66)
        }
    }
}
