import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `baton whoami` with credentials from each place that AWS's tools know, a process each.
struct WhoamiTests {
    /// What `--output json` says.
    private struct Answer: Decodable {
        var account: String
        var arn: String
        var userId: String
        var region: String
        var endpoint: String
        var source: String
        var accessKeyId: String
        var expires: String?
    }

    @Test func `says who calls, whichever place the credentials come from`() async throws {
        try await LocalConnect.serve(with: Program(in: TemporaryDirectory())) { connect in
            for place in try CredentialPlace.all(connect) {
                let ended = try await place.program(connect).run(
                    ["whoami", "--output", "json"] + place.arguments)
                #expect(ended.status == 0, "\(place.name): \(ended.errors)")
                guard ended.status == 0 else { continue }
                let answer = try JSONDecoder().decode(Answer.self, from: Data(ended.output.utf8))
                #expect(answer.account == CredentialPlace.account, "\(place.name)")
                #expect(answer.arn.hasPrefix(place.arn), "\(place.name): \(answer.arn)")
                #expect(answer.source == place.source, "\(place.name)")
                #expect((answer.expires != nil) == place.ends, "\(place.name)")
                #expect(answer.endpoint == connect.endpoint)
                #expect(!(ended.output + ended.errors).contains("no-secret"))
            }
        }
    }

    @Test func `writes a line for each, and no secret`() async throws {
        let place = CredentialPlace(
            name: "shared file", credentials: "[default]\n\(CredentialPlace.keys)", arn: "",
            source: "")
        try await LocalConnect.serve(with: Program(in: madeHome())) { connect in
            var program = place.program(connect)
            program.environment["AWS_ENDPOINT_URL"] = nil
            program.environment["AWS_ENDPOINT_URL_STS"] = connect.endpoint
            // Of Connect alone: STS keeps its own.
            let ended = try await program.run("whoami", "--endpoint-url", "http://127.0.0.1:1")
            #expect(ended.status == 0, "\(ended.errors)")
            let lines = ended.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 8)
            #expect(lines.first == "account:      \(CredentialPlace.account)")
            #expect(lines.contains("endpoint:     http://127.0.0.1:1"))
            #expect(lines.contains("credentials:  the profile default"))
            #expect(lines.contains("access key:   \(CredentialPlace.id)"))
            #expect(!ended.output.contains("no-secret"))
            #expect(ended.errors.isEmpty)
        }
    }

    @Test func `says how many transfers a second the account may make, where it is told`()
        async throws
    {
        try await LocalConnect.serve(
            ["--rate", "7.5", "--burst", "10"], with: Program(in: TemporaryDirectory())
        ) { connect in
            var program = connect.program
            program.environment["AWS_ENDPOINT_URL"] = connect.endpoint
            program.environment["AWS_REGION"] = connect.region
            let told = try await program.run("whoami", "--verbose")
            #expect(told.status == 0, "\(told.errors)")
            #expect(told.output.contains("transfers:    7.5 a second\n"))
            #expect(told.errors.isEmpty)
            let unasked = try await program.run("whoami")
            #expect(!unasked.output.contains("transfers:"))
            program.environment["AWS_ENDPOINT_URL_SERVICE_QUOTAS"] = "http://127.0.0.1:1"
            let untold = try await program.run("whoami", "--verbose", "--output", "json")
            #expect(untold.status == 0, "\(untold.errors)")
            #expect(!untold.output.contains("transfersPerSecond"))
            #expect(untold.errors.contains("AWS's default is 2 a second"))
        }
    }

    @Test(arguments: ["4000", "-4000"])
    func `takes a role's credentials by the service's clock where this machine's is wrong`(
        skew: String
    ) async throws {
        let config = """
            [profile a]
            role_arn = \(CredentialPlace.role("mover"))
            credential_source = Environment
            """
        try await LocalConnect.serve(["--clock-skew=\(skew)"], with: Program(in: madeHome())) {
            connect in
            var program = CredentialPlace(name: "", config: config, arn: "", source: "")
                .program(connect)
            program.environment.merge(connect.program.environment) { mine, _ in mine }
            let ended = try await program.run("whoami", "--profile", "a")
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.output.contains(CredentialPlace.session("mover")))
        }
    }

    @Test func `ends with the status of what is wrong, and the provider's sentence`()
        async throws
    {
        let directory = madeHome()
        try CredentialPlace.signIn(in: directory, token: "signed-out")
        let base = "[profile base]\n\(CredentialPlace.keys)"
        let wrong: [(config: String, status: Int32, words: String)] = [
            ("[profile a]\nregion = x\n", 77, "No AWS credentials were found."),
            ("[profile a]\nrole_arn = \(CredentialPlace.role("r"))\n", 77, "source_profile"),
            (
                "[profile a]\nrole_arn = \(CredentialPlace.role("denied"))\nsource_profile = base\n\(base)",
                77,
                "AccessDenied"
            ),
            (
                "[profile a]\nsso_account_id = \(CredentialPlace.account)\nsso_role_name = r\n"
                    + "sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n",
                77,
                "`aws sso login --profile a`"
            ),
            (
                "[profile a]\naws_access_key_id = AKIAUNKNOWN\naws_secret_access_key = s\n", 77,
                "STS"
            ),
            ("[profile b]\n\(CredentialPlace.keys)", 64, "profile a"),
        ]
        try await LocalConnect.serve(with: Program(in: directory)) { connect in
            for (config, status, words) in wrong {
                let place = CredentialPlace(name: "", config: config, arn: "", source: "")
                let ended = try await place.program(connect).run("whoami", "--profile", "a")
                #expect(ended.status == status, "\(ended.errors)")
                #expect(ended.errors.contains(words), "\(ended.errors)")
                #expect(ended.output.isEmpty)
            }
            let place = CredentialPlace(
                name: "", credentials: "[default]\n\(CredentialPlace.keys)",
                variables: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"], arn: "", source: "")
            let ended = try await place.program(connect).run("whoami")
            #expect(ended.status == 69, "\(ended.errors)")
            #expect(ended.errors.contains("127.0.0.1 cannot be reached"))
        }
    }

    private static let mfaConfig = """
        [default]
        role_arn = \(CredentialPlace.role("mover"))
        source_profile = base
        mfa_serial = arn:aws:iam::\(CredentialPlace.account):mfa/me
        [profile base]
        \(CredentialPlace.keys)
        """

    @Test func `asks for a code at the terminal, and only there`() async throws {
        let place = CredentialPlace(name: "", config: Self.mfaConfig, arn: "", source: "")
        try await LocalConnect.serve(
            ["--mfa-code", "246810"], with: Program(in: madeHome())
        ) { connect in
            let program = place.program(connect)
            let alone = try await Subprocess.run(
                .path("/usr/bin/setsid"), arguments: ["--wait", "\(Program.path)", "whoami"],
                environment: .custom(program.environment), input: .none, output: .discarded,
                error: .string(limit: 1 << 16))
            #expect(alone.terminationStatus == .exited(77))
            #expect(alone.standardError.contains("no terminal"))
            let typed = try await Self.type("246810\n", to: "'\(Program.path)' whoami", by: program)
            #expect(typed.terminationStatus == .exited(0))
            #expect(typed.standardOutput.contains("MFA code of arn:aws:iam::111122223333:mfa/me: "))
            #expect(typed.standardOutput.contains(CredentialPlace.session("mover")))
            // Whoever asks from the background is stopped by the terminal, and for ever.
            let background = "set -m; '\(Program.path)' whoami & wait \\$!; exit \\$?"
            let hidden = try await Self.type(
                "246810\n", to: "exec bash -c \"\(background)\"", by: program)
            #expect(hidden.terminationStatus == .exited(77))
            #expect(hidden.standardOutput.contains("runs in its background"))
            #expect(
                !hidden.standardOutput.contains("MFA code of arn:aws:iam::111122223333:mfa/me: "))
        }
    }

    /// Runs a command on a terminal, which script(1) makes, and types there what a file holds.
    ///
    /// swift-subprocess 1.0.2 ends the process that writes to a child which is just ending.
    private static func type(
        _ text: String, to command: String, by program: Program
    ) async throws -> ExecutionResult<Void, StringOutput<UTF8>, DiscardedOutput> {
        let typing = try FileDescriptor.open(
            program.directory.write(text, to: "typed"), .readOnly)
        return try await Subprocess.run(
            .path("/usr/bin/script"), arguments: ["-qec", command, "/dev/null"],
            environment: .custom(program.environment),
            input: .fileDescriptor(typing, closeAfterSpawningProcess: true),
            output: .string(limit: 1 << 16), error: .discarded)
    }

    /// A home with a folder for the shared files.
    private func madeHome() -> TemporaryDirectory {
        let directory = TemporaryDirectory()
        try? FileManager.default.createDirectory(
            atPath: directory.file(".aws"), withIntermediateDirectories: true)
        return directory
    }
}
