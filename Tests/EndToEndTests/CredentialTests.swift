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

    /// Runs a job of 160 contacts for some 19 s and holds its results against the effects.
    private func run(_ caller: Program, _ connect: LocalConnect, _ more: [String] = []) async throws
    {
        let pace = ["--rate", "8", "--burst", "8", "--output", "json"]
        let ended = try await caller.run(connect.run() + pace + more)
        #expect(ended.status == 0, "\(ended.errors)")
        let state = try JobState(ended)
        #expect(state.totals["transferred"] == 160)
        let effects = try connect.effects()
        #expect(effects.count == 160)
        #expect(effects.values.allSatisfy { $0.count == 1 }, "a contact was transferred twice")
        let rows = try connect.results(of: state.job)
        #expect(rows.count == 160)
        #expect(
            rows.allSatisfy {
                effects[$0["ContactId"] ?? ""] == [$0["BatonNewContactId"] ?? ""]
                    && $0["BatonAttempts"] == "1"
            })
    }

    private static let simulator = [
        "--contacts", "160", "--rate", "8", "--burst", "8", "--failing-share", "0",
    ]

    @Test func `a program's credentials that end in mid-run lose and double no row`() async throws {
        try await LocalConnect.serve(Self.simulator, with: program) { connect in
            try await run(
                try writeProfile(connect, goodFor: 8), connect, ["--profile", "night"])
            // 19 s of lives of 8 s, each fetched anew in its last quarter; not at each call.
            #expect((3...8).contains(fetches), "\(fetches)")
        }
    }

    /// Here the service itself refuses what has ended.
    @Test(arguments: [
        "source_profile", "chain", "credential_source = Environment",
        "credential_source = EcsContainer", "credential_source = Ec2InstanceMetadata",
        "web identity of the environment", "web identity of a profile", "SSO session",
        "SSO session with a token to renew", "SSO of the older form", "container", "instance",
    ])
    func `a role's credentials that end in mid-run lose and double no row`(
        _ name: String
    ) async throws {
        try await LocalConnect.serve(
            Self.simulator + ["--session-seconds", "8"], with: program
        ) { connect in
            let places = try CredentialPlace.all(connect)
            let place = try #require(places.first { $0.name == name })
            #expect(place.ends)
            try await run(place.program(connect), connect, place.arguments)
        }
    }

    /// The file with the container's token is read again at each refresh.
    @Test func `a container's credentials are had with the token of its file`() async throws {
        let token = program.directory.write("Basic t0k3n", to: "token")
        try await LocalConnect.serve(
            Self.simulator + ["--session-seconds", "8", "--container-token", "Basic t0k3n"],
            with: program
        ) { connect in
            var caller = Program(in: program.directory)
            caller.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] =
                "\(connect.endpoint)/container/credentials"
            caller.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = token
            try await run(caller, connect)
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

    @Test func `says how to go on as the command did, under the same name`() async throws {
        try await LocalConnect.serve(["--contacts", "20"], with: program) { connect in
            let caller = try writeProfile(connect, goodFor: -1)
            let stopped = try await caller.run(
                connect.run("contacts.csv") + [
                    "--profile", "night", "--reports", "my reports", "--rate", "50", "--exact-csv",
                ])
            let lines = stopped.errors.split(separator: "\n")
            let advice = try #require(lines.first { $0.contains("to go: baton resume ") })
            #expect(
                advice.hasSuffix(
                    " --profile night --rate 50 --reports 'my reports' --exact-csv --yes"))
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
