import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `baton whoami` with credentials from each place that AWS's tools know, a process each.
struct WhoamiTests {
    private static let id = "AKIABATONSIMULATOR01"
    private static let secret = "baton-simulator-key-that-is-no-secret-01"
    private static let keys = "aws_access_key_id = \(id)\naws_secret_access_key = \(secret)\n"
    private static let account = "111122223333"
    private static let user = "arn:aws:iam::\(account):user/"

    /// One place, how it is set up, and what comes of it.
    private struct Place {
        var name: String
        var config = ""
        var credentials = ""
        var variables: [Environment.Key: String] = [:]
        var arguments: [String] = []
        /// What the ARN begins with.
        var arn: String
        var source: String
        /// Credentials of a role end, long-lived keys do not.
        var ends = true
    }

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

    private static func role(_ name: String) -> String { "arn:aws:iam::\(account):role/\(name)" }

    private static func session(_ role: String) -> String {
        "arn:aws:sts::\(account):assumed-role/\(role)/"
    }

    private static func written(_ directory: TemporaryDirectory) throws -> (
        process: String, token: String
    ) {
        let process = directory.write(
            #"{"Version":1,"AccessKeyId":"\#(id)","SecretAccessKey":"\#(secret)"}"#,
            to: "process.json")
        // Unsigned, and good until 2100: the simulator looks at its claims alone.
        let token = directory.write(
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0."
                + "eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6Im9wZXJhdGlvbnMiLCJhdWQiOiJz"
                + "dHMuYW1hem9uYXdzLmNvbSIsImV4cCI6NDEwMjQ0NDgwMH0.c2lnbmF0dXJl\n", to: "token")
        return (process, token)
    }

    /// Places whose keys stand in this machine's files and variables.
    private static func keyPlaces(_ process: String) -> [Place] {
        [
            Place(
                name: "environment",
                variables: ["AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret],
                arn: user, source: "the environment", ends: false),
            Place(
                name: "shared file", credentials: "[default]\n\(keys)", arn: user,
                source: "the profile default", ends: false),
            Place(
                name: "config file", config: "[profile a]\n\(keys)", arguments: ["--profile", "a"],
                arn: user, source: "the profile a", ends: false),
            Place(
                name: "process", config: "[default]\ncredential_process = /bin/cat '\(process)'\n",
                arn: user, source: "the profile default (credential_process)", ends: false),
        ]
    }

    /// Places that have a role assumed by STS.
    private static func rolePlaces(_ connect: LocalConnect, _ token: String) -> [Place] {
        func sourced(
            _ source: String, _ name: String, _ variables: [Environment.Key: String]
        ) -> Place {
            Place(
                name: "credential_source = \(source)",
                config: "[profile a]\nrole_arn = \(role("mover"))\ncredential_source = \(source)\n",
                variables: variables, arguments: ["--profile", "a"], arn: session("mover"),
                source: "the profile a (assume-role \(role("mover")) from \(name))")
        }
        let web = "role_arn = \(role("web"))\nweb_identity_token_file = \(token)\n"
        return [
            Place(
                name: "source_profile",
                config: "[profile a]\nrole_arn = \(role("mover"))\nsource_profile = base\n",
                credentials: "[base]\n\(keys)", variables: ["AWS_PROFILE": "a"],
                arn: session("mover"),
                source: "the profile a (assume-role \(role("mover")) from the profile base)"),
            Place(
                name: "chain",
                config: "[profile a]\nrole_arn = \(role("top"))\nsource_profile = b\n"
                    + "[profile b]\nrole_arn = \(role("middle"))\nsource_profile = c\n"
                    + "[profile c]\n\(keys)", arguments: ["--profile", "a"], arn: session("top"),
                source: "the profile a (assume-role \(role("top")) from the profile b (assume-role "
                    + "\(role("middle")) from the profile c))"),
            sourced(
                "Environment", "the environment",
                ["AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret]),
            sourced("EcsContainer", "the container's endpoint", container(connect)),
            sourced(
                "Ec2InstanceMetadata", "the instance metadata (role baton-instance-role)",
                instance(connect)),
            Place(
                name: "web identity of the environment",
                variables: [
                    "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": role("web"),
                    "AWS_ROLE_SESSION_NAME": "pod",
                ], arn: session("web") + "pod",
                source: "the environment (web identity \(role("web")))"),
            Place(
                name: "web identity of a profile", config: "[profile a]\n\(web)",
                arguments: ["--profile", "a"], arn: session("web") + "baton-",
                source: "the profile a (web identity \(role("web")))"),
        ]
    }

    /// Places that have credentials of their own to give.
    private static func servedPlaces(_ connect: LocalConnect) -> [Place] {
        let sso = "sso_account_id = \(account)\nsso_role_name = Mover\n"
        let portal = "sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
        let reserved = session("AWSReservedSSO_Mover_").dropLast()
        func signedIn(_ name: String, _ config: String) -> Place {
            Place(
                name: name, config: config, arguments: ["--profile", "a"], arn: String(reserved),
                source: "the profile a (SSO role Mover of account \(account))")
        }
        return [
            signedIn(
                "SSO session",
                "[profile a]\nsso_session = corp\n\(sso)[sso-session corp]\n\(portal)"),
            signedIn(
                "SSO session with a token to renew",
                "[profile a]\nsso_session = old\n\(sso)[sso-session old]\n\(portal)"),
            signedIn("SSO of the older form", "[profile a]\n\(sso)\(portal)"),
            Place(
                name: "container", variables: container(connect), arn: session("baton-task-role"),
                source: "the container's endpoint"),
            Place(
                name: "instance", variables: instance(connect), arn: session("baton-instance-role"),
                source: "the instance metadata (role baton-instance-role)"),
        ]
    }

    private static func container(_ connect: LocalConnect) -> [Environment.Key: String] {
        ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(connect.endpoint)/container/credentials"]
    }

    private static func instance(_ connect: LocalConnect) -> [Environment.Key: String] {
        [
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": connect.endpoint,
        ]
    }

    /// What `aws sso login` leaves, by the SHA-1 of `corp`, `old` and the start URL.
    private static func signIn(in directory: TemporaryDirectory, token: String) throws {
        let folder = directory.file(".aws/sso/cache")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func write(_ name: String, until end: String) {
            directory.write(
                """
                {"accessToken":"\(token)","expiresAt":"\(end)","clientId":"c","clientSecret":"s",
                "registrationExpiresAt":"2100-01-01T00:00:00Z",
                "refreshToken":"baton-simulator-sso-refresh-token"}
                """, to: ".aws/sso/cache/\(name).json")
        }
        write("ee0bfd2552fbd840c02cc48b6e823320543c450f", until: "2100-01-01T00:00:00Z")
        write("c00dbbc9dadfbe1e232e93a729dd4752fade0abf", until: "2020-01-01T00:00:00Z")
        write("a51746d4aa793ae07b25e90c3a5db96fc7832bd7", until: "2100-01-01T00:00:00Z")
    }

    /// The program as a place has it, and nothing else of AWS's.
    private func program(_ connect: LocalConnect, _ place: Place) -> Program {
        var program = Program(in: connect.program.directory)
        program.directory.write(place.config, to: ".aws/config")
        program.directory.write(place.credentials, to: ".aws/credentials")
        program.environment["AWS_ENDPOINT_URL"] = connect.endpoint
        program.environment["AWS_REGION"] = connect.region
        program.environment.merge(place.variables) { $1 }
        return program
    }

    @Test func `says who calls, whichever place the credentials come from`() async throws {
        let directory = TemporaryDirectory()
        try Self.signIn(in: directory, token: "baton-simulator-sso-access-token")
        let (process, token) = try Self.written(directory)
        try await LocalConnect.serve(with: Program(in: directory)) { connect in
            let places =
                Self.keyPlaces(process) + Self.rolePlaces(connect, token)
                + Self.servedPlaces(connect)
            for place in places {
                let ended = try await program(connect, place).run(
                    ["whoami", "--output", "json"] + place.arguments)
                #expect(ended.status == 0, "\(place.name): \(ended.errors)")
                guard ended.status == 0 else { continue }
                let answer = try JSONDecoder().decode(Answer.self, from: Data(ended.output.utf8))
                #expect(answer.account == Self.account, "\(place.name)")
                #expect(answer.arn.hasPrefix(place.arn), "\(place.name): \(answer.arn)")
                #expect(answer.source == place.source, "\(place.name)")
                #expect((answer.expires != nil) == place.ends, "\(place.name)")
                #expect(answer.endpoint == connect.endpoint)
                #expect(!(ended.output + ended.errors).contains("no-secret"))
            }
        }
    }

    @Test func `writes a line for each, and no secret`() async throws {
        let place = Place(
            name: "shared file", credentials: "[default]\n\(Self.keys)", arn: "", source: "")
        try await LocalConnect.serve(with: Program(in: madeHome())) { connect in
            var program = program(connect, place)
            program.environment["AWS_ENDPOINT_URL"] = nil
            program.environment["AWS_ENDPOINT_URL_STS"] = connect.endpoint
            // Of Connect alone: STS keeps its own.
            let ended = try await program.run("whoami", "--endpoint-url", "http://127.0.0.1:1")
            #expect(ended.status == 0, "\(ended.errors)")
            let lines = ended.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 8)
            #expect(lines.first == "account:      \(Self.account)")
            #expect(lines.contains("endpoint:     http://127.0.0.1:1"))
            #expect(lines.contains("credentials:  the profile default"))
            #expect(lines.contains("access key:   \(Self.id)"))
            #expect(!ended.output.contains("no-secret"))
            #expect(ended.errors.isEmpty)
        }
    }

    @Test func `ends with the status of what is wrong, and the provider's sentence`()
        async throws
    {
        let directory = madeHome()
        try Self.signIn(in: directory, token: "signed-out")
        let base = "[profile base]\n\(Self.keys)"
        let wrong: [(config: String, status: Int32, words: String)] = [
            ("[profile a]\nregion = x\n", 77, "No AWS credentials were found."),
            ("[profile a]\nrole_arn = \(Self.role("r"))\n", 77, "source_profile"),
            (
                "[profile a]\nrole_arn = \(Self.role("denied"))\nsource_profile = base\n\(base)",
                77,
                "AccessDenied"
            ),
            (
                "[profile a]\nsso_account_id = \(Self.account)\nsso_role_name = r\n"
                    + "sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n",
                77,
                "`aws sso login --profile a`"
            ),
            (
                "[profile a]\naws_access_key_id = AKIAUNKNOWN\naws_secret_access_key = s\n", 77,
                "STS"
            ),
            ("[profile b]\n\(Self.keys)", 64, "profile a"),
        ]
        try await LocalConnect.serve(with: Program(in: directory)) { connect in
            for (config, status, words) in wrong {
                let place = Place(name: "", config: config, arn: "", source: "")
                let ended = try await program(connect, place).run("whoami", "--profile", "a")
                #expect(ended.status == status, "\(ended.errors)")
                #expect(ended.errors.contains(words), "\(ended.errors)")
                #expect(ended.output.isEmpty)
            }
            let place = Place(
                name: "", credentials: "[default]\n\(Self.keys)",
                variables: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"], arn: "", source: "")
            let ended = try await program(connect, place).run("whoami")
            #expect(ended.status == 69, "\(ended.errors)")
            #expect(ended.errors.contains("127.0.0.1 cannot be reached"))
        }
    }

    private static let mfaConfig = """
        [default]
        role_arn = \(role("mover"))
        source_profile = base
        mfa_serial = arn:aws:iam::\(account):mfa/me
        [profile base]
        \(keys)
        """

    @Test func `asks for a code at the terminal, and only there`() async throws {
        let place = Place(name: "", config: Self.mfaConfig, arn: "", source: "")
        try await LocalConnect.serve(
            ["--mfa-code", "246810"], with: Program(in: madeHome())
        ) { connect in
            let program = program(connect, place)
            let alone = try await Subprocess.run(
                .path("/usr/bin/setsid"), arguments: ["--wait", "\(Program.path)", "whoami"],
                environment: .custom(program.environment), input: .none, output: .discarded,
                error: .string(limit: 1 << 16))
            #expect(alone.terminationStatus == .exited(77))
            #expect(alone.standardError.contains("no terminal"))
            // script(1) makes a terminal, and types what it reads.
            let typed = try await Subprocess.run(
                .path("/usr/bin/script"),
                arguments: ["-qec", "'\(Program.path)' whoami", "/dev/null"],
                environment: .custom(program.environment), input: .string("246810\n"),
                output: .string(limit: 1 << 16), error: .discarded)
            #expect(typed.terminationStatus == .exited(0))
            #expect(typed.standardOutput.contains("MFA code of arn:aws:iam::111122223333:mfa/me: "))
            #expect(typed.standardOutput.contains(Self.session("mover")))
        }
    }

    /// A home with a folder for the shared files.
    private func madeHome() -> TemporaryDirectory {
        let directory = TemporaryDirectory()
        try? FileManager.default.createDirectory(
            atPath: directory.file(".aws"), withIntermediateDirectories: true)
        return directory
    }
}
