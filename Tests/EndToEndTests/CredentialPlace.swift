import FoundationEssentials
import Subprocess
import TestSupport

/// A place that credentials come from, how it is set up, and what comes of it.
struct CredentialPlace {
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

    static let id = "AKIABATONSIMULATOR01"
    private static let secret = "baton-simulator-key-that-is-no-secret-01"
    static let keys = "aws_access_key_id = \(id)\naws_secret_access_key = \(secret)\n"
    static let account = "111122223333"
    private static let user = "arn:aws:iam::\(account):user/"

    static func role(_ name: String) -> String { "arn:aws:iam::\(account):role/\(name)" }

    static func session(_ role: String) -> String {
        "arn:aws:sts::\(account):assumed-role/\(role)/"
    }

    private static func written(_ directory: TemporaryDirectory) -> (
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
    private static func keyPlaces(_ process: String) -> [CredentialPlace] {
        [
            CredentialPlace(
                name: "environment",
                variables: ["AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret],
                arn: user, source: "the environment", ends: false),
            CredentialPlace(
                name: "shared file", credentials: "[default]\n\(keys)", arn: user,
                source: "the profile default", ends: false),
            CredentialPlace(
                name: "config file", config: "[profile a]\n\(keys)", arguments: ["--profile", "a"],
                arn: user, source: "the profile a", ends: false),
            CredentialPlace(
                name: "process", config: "[default]\ncredential_process = /bin/cat '\(process)'\n",
                arn: user, source: "the profile default (credential_process)", ends: false),
        ]
    }

    /// Places that have a role assumed by STS.
    private static func rolePlaces(_ connect: LocalConnect, _ token: String) -> [CredentialPlace] {
        func sourced(
            _ source: String, _ name: String, _ variables: [Environment.Key: String]
        ) -> CredentialPlace {
            CredentialPlace(
                name: "credential_source = \(source)",
                config: "[profile a]\nrole_arn = \(role("mover"))\ncredential_source = \(source)\n",
                variables: variables, arguments: ["--profile", "a"], arn: session("mover"),
                source: "the profile a (assume-role \(role("mover")) from \(name))")
        }
        let web = "role_arn = \(role("web"))\nweb_identity_token_file = \(token)\n"
        return [
            CredentialPlace(
                name: "source_profile",
                config: "[profile a]\nrole_arn = \(role("mover"))\nsource_profile = base\n",
                credentials: "[base]\n\(keys)", variables: ["AWS_PROFILE": "a"],
                arn: session("mover"),
                source: "the profile a (assume-role \(role("mover")) from the profile base)"),
            CredentialPlace(
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
            CredentialPlace(
                name: "web identity of the environment",
                variables: [
                    "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": role("web"),
                    "AWS_ROLE_SESSION_NAME": "pod",
                ], arn: session("web") + "pod",
                source: "the environment (web identity \(role("web")))"),
            CredentialPlace(
                name: "web identity of a profile", config: "[profile a]\n\(web)",
                arguments: ["--profile", "a"], arn: session("web") + "baton-",
                source: "the profile a (web identity \(role("web")))"),
        ]
    }

    /// Places that have credentials of their own to give.
    private static func servedPlaces(_ connect: LocalConnect) -> [CredentialPlace] {
        let sso = "sso_account_id = \(account)\nsso_role_name = Mover\n"
        let portal = "sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
        let reserved = session("AWSReservedSSO_Mover_").dropLast()
        func signedIn(_ name: String, _ config: String) -> CredentialPlace {
            CredentialPlace(
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
            CredentialPlace(
                name: "container", variables: container(connect), arn: session("baton-task-role"),
                source: "the container's endpoint"),
            CredentialPlace(
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
    static func signIn(in directory: TemporaryDirectory, token: String) throws {
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

    /// The program as the place has it, and nothing else of AWS's.
    func program(_ connect: LocalConnect) -> Program {
        var program = Program(in: connect.program.directory)
        program.directory.write(config, to: ".aws/config")
        program.directory.write(credentials, to: ".aws/credentials")
        program.environment["AWS_ENDPOINT_URL"] = connect.endpoint
        program.environment["AWS_REGION"] = connect.region
        program.environment.merge(variables) { $1 }
        return program
    }

    /// Every place that AWS's tools know; the files that they need are in the program's folder then.
    static func all(_ connect: LocalConnect) throws -> [CredentialPlace] {
        let directory = connect.program.directory
        try signIn(in: directory, token: "baton-simulator-sso-access-token")
        let (process, token) = written(directory)
        return keyPlaces(process) + rolePlaces(connect, token) + servedPlaces(connect)
    }
}
