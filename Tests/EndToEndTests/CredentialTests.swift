import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// Where the program's credentials come from, and that they end in the middle of a run.
struct CredentialTests {
    private let program = Program(in: TemporaryDirectory())

    /// Writes a profile whose program prints the simulator's keys, good for `seconds`, and a line
    /// into `fetches` each time.
    private func writeProfile(_ connect: LocalConnect, goodFor seconds: Int) throws -> Program {
        let variables = connect.program.environment
        let script = """
            #!/bin/sh
            echo fetched >> "$HOME/fetches"
            end=$(date -u -d '+\(seconds) seconds' +%Y-%m-%dT%H:%M:%S.%3NZ)
            echo '{"Version": 1, "AccessKeyId": "\(variables["AWS_ACCESS_KEY_ID"] ?? "")",'
            echo '"SecretAccessKey": "\(variables["AWS_SECRET_ACCESS_KEY"] ?? "")",'
            echo '"Expiration": "'$end'"}'
            """
        let directory = program.directory
        try FileManager.default.createDirectory(
            atPath: directory.file(".aws"), withIntermediateDirectories: true)
        let path = directory.file("give keys")
        try Data(script.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        try Data("[profile night]\ncredential_process = '\(path)' --x\n".utf8)
            .write(to: URL(filePath: directory.file(".aws/config")))
        var caller = connect.program
        caller.environment["AWS_ACCESS_KEY_ID"] = nil
        caller.environment["AWS_SECRET_ACCESS_KEY"] = nil
        return caller
    }

    private var fetches: Int {
        let lines = TemporaryDirectory.read(program.directory.file("fetches")) ?? []
        return lines.count { $0 == UInt8(ascii: "\n") }
    }

    @Test func `credentials that end several times in mid-run lose and double no row`() async throws
    {
        try await LocalConnect.serve(
            ["--contacts", "200", "--rate", "40", "--burst", "20", "--failing-share", "0"],
            with: program
        ) { connect in
            let caller = try writeProfile(connect, goodFor: 2)
            let ended = try await caller.run(
                connect.run(
                    "contacts.csv", "--profile", "night", "--rate", "40", "--burst", "20",
                    "--output", "json"))
            #expect(ended.status == 0, "\(ended.errors)")
            let state = try JobState(ended)
            #expect(state.totals["transferred"] == 200)
            let effects = try connect.effects()
            #expect(effects.count == 200)
            #expect(effects.values.allSatisfy { $0.count == 1 }, "a contact was transferred twice")
            let rows = try connect.results(of: state.job)
            #expect(
                rows.allSatisfy {
                    effects[$0["ContactId"] ?? ""] == [$0["BatonNewContactId"] ?? ""]
                        && $0["BatonAttempts"] == "1"
                })
            // 4.5 s of lives of 2 s, each fetched anew in its last quarter; not at each call.
            #expect((3...6).contains(fetches), "\(fetches)")
        }
    }

    @Test func `a profile whose program fails ends the run before its first call`() async throws {
        try await LocalConnect.serve(["--contacts", "20"], with: program) { connect in
            let caller = try writeProfile(connect, goodFor: -1)
            let arguments = connect.run("contacts.csv", "--profile", "night", "--output", "json")
            let ended = try await caller.run(arguments)
            #expect(ended.status == 77, "\(ended.errors)")
            #expect(ended.errors.contains("the profile night (credential_process) ended at 20"))
            #expect(try JobState(ended).totals["pending"] == 20)
            #expect(try connect.effects().isEmpty)

            _ = try writeProfile(connect, goodFor: 3600)
            let resumed = try await caller.run(arguments)
            #expect(try JobState(resumed).isFinished, "\(resumed.errors)")
        }
    }

    @Test func `without any credentials it says where it looked`() async throws {
        try await LocalConnect.serve(["--contacts", "20"], with: program) { connect in
            var caller = connect.program
            caller.environment["AWS_ACCESS_KEY_ID"] = nil
            caller.environment["AWS_SECRET_ACCESS_KEY"] = nil
            let ended = try await caller.run(connect.run())
            #expect(ended.status == 77, "\(ended.errors)")
            #expect(ended.errors.contains("No AWS credentials were found. Looked at: "))
        }
    }
}
