import AWSSigning
import ConnectClient
import Synchronization
import TestSupport
import Testing
import TransferCore

/// Where credentials are looked for, in which order, and what is refused by name.
struct CredentialTests {
    private let keys = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"]

    private func find(
        _ profile: String? = nil, _ environment: [String: String]
    ) async throws -> Credentials? {
        try await CredentialChain.standard(
            profile: profile, environment: environment, surroundings: fixedSurroundings()
        )
        .credentials()?.credentials
    }

    private func error(
        _ profile: String? = nil, _ environment: [String: String]
    ) async -> ConnectClientError? {
        await #expect(throws: ConnectClientError.self) {
            try await find(profile, environment)
        }
    }

    @Test func `takes keys from the environment first`() async throws {
        let home = try TemporaryHome(
            credentials: "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
        let found = try await find(
            nil, home.environment(keys.merging(["AWS_SESSION_TOKEN": "t"]) { $1 }))
        #expect(
            found == Credentials(accessKeyID: "ENV", secretAccessKey: "s", sessionToken: "t"))
        #expect(try await find(nil, home.environment())?.accessKeyID == "FILE")
    }

    @Test func `leaves the environment aside for a profile that was named`() async throws {
        let home = try TemporaryHome(
            config: "[profile a]\nregion=x\n[profile b]\naws_access_key_id=CONFIG\n"
                + "aws_secret_access_key=s\n",
            credentials: "[a]\naws_access_key_id=FILE\naws_secret_access_key=s\n")
        #expect(try await find("a", home.environment(keys))?.accessKeyID == "FILE")
        #expect(try await find("b", home.environment(keys))?.accessKeyID == "CONFIG")
        let named = home.environment(["AWS_PROFILE": "a"])
        #expect(try await find(nil, named)?.accessKeyID == "FILE")
    }

    @Test(arguments: [
        ["AWS_ACCESS_KEY_ID": "ENV"], ["AWS_SECRET_ACCESS_KEY": "hush"],
        ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": ""],
    ])
    func `refuses half a pair of keys`(_ environment: [String: String]) async throws {
        let error = try #require(await error(nil, environment))
        #expect(error.code == .credentialsIncomplete)
        #expect(error.concernsCredentials)
        #expect(!error.message.contains("hush"))
    }

    @Test func `refuses keys that would break a header, without showing them`() async throws {
        let environment = keys.merging(["AWS_SESSION_TOKEN": "hush\r\nX-Evil: 1"]) { $1 }
        let error = try #require(await error(nil, environment))
        #expect(error.code == .credentialsInvalid)
        #expect(!error.message.contains("hush"))
    }

    @Test func `says what to do where there are none`() async throws {
        let home = try TemporaryHome()
        #expect(await error(nil, home.environment())?.code == .credentialsMissing)
        #expect(await error("ghost", home.environment(keys))?.code == .profileMissing)
        #expect(
            await error(nil, home.environment(["AWS_PROFILE": "ghost"]))?.code == .profileMissing)
    }

    @Test(arguments: ["login_session = arn:aws:iam::1:user/me"])
    func `refuses by name what it cannot do yet`(_ line: String) async throws {
        let home = try TemporaryHome(
            config: "[profile a]\n\(line)\naws_access_key_id=K\naws_secret_access_key=s\n")
        let error = try #require(await error("a", home.environment()))
        #expect(error.code == .credentialsUnsupported)
        #expect(error.message.contains(line.prefix { $0 != " " }))
        #expect(error.message.contains("profile a"))
    }

    /// Everything is set up at once; what answers is taken away, and the next must answer.
    @Test func `looks at the places in botocore's order`() async throws {
        let container = try ScriptedServer(.send(answer("200 OK", body: issued("CONTAINER"))))
        defer { container.stop() }
        let instance = try ScriptedServer(
            .choose { request in
                let isRole = request.requestLine.contains("credentials/r ")
                return answer("200 OK", body: isRole ? issued("INSTANCE") : "r")
            })
        defer { instance.stop() }
        let process =
            "credential_process = "
            + #"printf '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s"}'"#
        var config = [
            "role_arn = r", "sso_account_id = 1", "login_session = l", process,
            "aws_access_key_id = CONFIG",
        ]
        // The places that are not complete complain, each in its own words.
        let complaints = [
            "ROLE": "no ARN", "WEB": "AWS_WEB_IDENTITY_TOKEN_FILE is", "SSO": "sso_role_name",
            "LOGIN": "login_session",
        ]
        var files = "[p]\naws_access_key_id = FILE\naws_secret_access_key = s\n"
        var environment = keys.merging([
            "AWS_PROFILE": "p", "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": instance.url, "AWS_WEB_IDENTITY_TOKEN_FILE": "f",
        ]) { $1 }
        func answerer(_ profile: String? = nil) async throws -> String {
            let lines = ["[profile p]"] + config + ["aws_secret_access_key = s\n"]
            let home = try TemporaryHome(
                config: lines.joined(separator: "\n"), credentials: files)
            do {
                return try await find(profile, home.environment(environment))?.accessKeyID ?? "-"
            } catch let error as ConnectClientError {
                return complaints.first { error.message.contains($0.value) }?.key ?? error.message
            }
        }
        #expect(try await answerer() == "ENV")
        #expect(try await answerer("p") == "ROLE")
        environment["AWS_ACCESS_KEY_ID"] = nil
        environment["AWS_SECRET_ACCESS_KEY"] = nil
        #expect(try await answerer() == "ROLE")
        config.removeFirst()
        #expect(try await answerer() == "WEB")
        #expect(try await answerer("p") == "SSO")
        environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = nil
        #expect(try await answerer() == "SSO")
        config.removeFirst()
        #expect(try await answerer() == "FILE")
        files = ""
        for expected in ["LOGIN", "PROCESS", "CONFIG"] {
            #expect(try await answerer() == expected)
            config.removeFirst()
        }
        // The secret that is left is half a pair: it is not passed over.
        config = ["region = us-east-1\n[profile q]"]
        #expect(try await answerer() == "CONTAINER")
        #expect(try await answerer("p") == "CONTAINER")
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = nil
        #expect(try await answerer() == "INSTANCE")
    }

    @Test func `two names of a profile in the environment are one, or an error`() async throws {
        let home = try TemporaryHome(
            credentials: "[a]\naws_access_key_id=A\naws_secret_access_key=s\n"
                + "[b]\naws_access_key_id=B\naws_secret_access_key=s\n")
        let older = ["AWS_DEFAULT_PROFILE": "a"]
        #expect(try await find(nil, home.environment(older))?.accessKeyID == "A")
        let same = home.environment(older.merging(["AWS_PROFILE": "a"]) { $1 })
        #expect(try await find(nil, same)?.accessKeyID == "A")
        let other = home.environment(older.merging(["AWS_PROFILE": "b"]) { $1 })
        let conflict = try #require(await error(nil, other))
        #expect(conflict.code == .settingsConflict)
        #expect(!conflict.concernsCredentials)
        #expect(try await find("b", other)?.accessKeyID == "B")
        for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
            let empty = try #require(await error(nil, home.environment([variable: ""])))
            #expect(empty.code == .settingInvalid)
            #expect(empty.message.hasPrefix(variable))
            #expect(try await find("b", home.environment([variable: ""]))?.accessKeyID == "B")
        }
    }

    private static let empties: [(config: String, credentials: String, words: String)] = [
        ("", "aws_access_key_id=\naws_secret_access_key=s", "access key's id is missing"),
        ("", "aws_access_key_id=K\naws_secret_access_key=", "secret access key is missing"),
        ("", "aws_access_key_id=\naws_secret_access_key=", "access key's id is missing"),
        ("aws_access_key_id=", "", "access key's id is missing"),
        ("credential_process=", "", "`credential_process` of the profile default is no command"),
        ("login_session=", "", "`login_session`"),
        ("sso_account_id=", "", "lacks sso_account_id"),
        ("sso_session=\nsso_account_id=1\nsso_role_name=r", "", "names the sso_session"),
        ("role_arn=\nsource_profile=default", "", "no ARN"),
        ("role_arn=\(arn)\nsource_profile=", "", "does not say whose credentials"),
        ("role_arn=\(arn)\nsource_profile=x\ncredential_source=", "", "both"),
        ("role_arn=\(arn)\nsource_profile=default", "aws_access_key_id=", "id is missing"),
    ]
    private static let arn = "arn:aws:iam::123456789012:role/mover"

    /// To pass over it would be to call under another name: here, that of the container.
    @Test(arguments: empties)
    func `a setting that stands empty is an error`(
        _ config: String, _ credentials: String, _ words: String
    ) async throws {
        let home = try TemporaryHome(
            config: "[default]\n\(config)\n", credentials: "[default]\n\(credentials)\n")
        let container = try ScriptedServer(.send(answer("200 OK", body: issued("CONTAINER"))))
        defer { container.stop() }
        let error = try #require(
            await error(
                nil,
                home.environment([
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url, "AWS_REGION": "eu-west-1",
                ])))
        #expect(error.concernsCredentials)
        #expect(error.message.contains(words), "\(error)")
        #expect(container.received.isEmpty)
    }

    @Test func `lists where it looked`() async throws {
        let home = try TemporaryHome()
        let error = try #require(await error(nil, home.environment()))
        for place in [
            "AWS_ACCESS_KEY_ID", "web identity", "SSO", "credential_process",
            "AWS_CONTAINER_CREDENTIALS", "instance metadata", "--profile",
        ] { #expect(error.message.contains(place)) }
    }

    @Test func `asks the place that answered first for ever after`() async throws {
        let home = try TemporaryHome(
            credentials: "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
        let container = try ScriptedServer(.send(answer("200 OK", body: issued("CONTAINER"))))
        defer { container.stop() }
        let chain = CredentialChain.standard(
            profile: nil,
            environment: home.environment(["AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url]),
            surroundings: fixedSurroundings())
        #expect(try await chain.credentials()?.credentials.accessKeyID == "FILE")
        // Torn, empty, half written: another place would be another name.
        for text in ["[default", "", "[default]\naws_access_key_id = FILE\n"] {
            try home.write(credentials: text)
            let error = await #expect(throws: ConnectClientError.self) {
                try await chain.credentials()
            }
            #expect(error?.isTransient == true, "\(text)")
        }
        try home.write(credentials: "[default]\naws_access_key_id=NEW\naws_secret_access_key=s\n")
        #expect(try await chain.credentials()?.credentials.accessKeyID == "NEW")
        #expect(container.received.isEmpty)
    }

    @Test func `knows the older name of the token, and when the environment's keys end`()
        async throws
    {
        var environment = keys.merging(["AWS_SECURITY_TOKEN": "old"]) { $1 }
        #expect(try await find(nil, environment)?.sessionToken == "old")
        for (text, milliseconds) in [
            ("2026-11-22T09:08:07Z", fixedNow.milliseconds),
            ("2026-11-22T09:08:07UTC", fixedNow.milliseconds),
            ("2026-11-22T10:08:07.250999+01:00", fixedNow.milliseconds + 250),
            ("2026-11-22T07:08:07-0200", fixedNow.milliseconds),
            ("2026-11-21T23:38:07-09:30", fixedNow.milliseconds),
        ] {
            environment["AWS_CREDENTIAL_EXPIRATION"] = text
            #expect(try await find(nil, environment)?.expirationMilliseconds == milliseconds)
        }
        for text in [
            "soon", "2026-11-22", "2026-11-22T09:08:07", "2026-13-22T09:08:07Z", "1795338487",
            "2026-11-31T09:08:07Z", "2026-11-22T09:08:07.Z", "2026-11-22T09:08:07+1:00",
            "2026-11-22T24:08:07Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
            " 2026-11-22T09:08:07Z", "2026-11-22 09:08:07Z",
        ] {
            environment["AWS_CREDENTIAL_EXPIRATION"] = text
            #expect(await error(nil, environment)?.code == .credentialsInvalid, "\(text)")
        }
    }

    @Test func `reads files as AWS's tools do`() async throws {
        let home = try TemporaryHome(
            credentials: """
                # a comment
                ; another

                [ default ]
                [night shift]
                  # an indented comment
                AWS_ACCESS_KEY_ID=KEY
                aws_secret_access_key =  a#b;c=d/+
                unknown = x
                s3 =
                  max_concurrent_requests = 20
                aws_session_token=
                """)
        #expect(
            try await find("night shift", home.environment())
                == Credentials(accessKeyID: "KEY", secretAccessKey: "a#b;c=d/+"))
    }

    @Test(arguments: [
        ("[default]\nnonsense\n", "line 2"), ("a = b\n", "line 1"), ("\r\n[default\r\n", "line 2"),
    ])
    func `says in which line a file is wrong`(_ text: String, _ place: String) async throws {
        let home = try TemporaryHome(credentials: text)
        let error = try #require(await error(nil, home.environment()))
        #expect(error.code == .profileFileInvalid)
        #expect(error.message.contains("/.aws/credentials, \(place):"))
    }

    @Test(arguments: ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
    func `says in a sentence that a file cannot be read`(_ variable: String) async throws {
        let home = try TemporaryHome()
        // A folder cannot be read as a file, not even by root.
        let error = try #require(await error(nil, home.environment([variable: home.path])))
        #expect(error.code == .profileFileUnreadable)
        #expect(error.concernsCredentials)
        #expect(error.message.hasPrefix("\(home.path) cannot be read, "))
        #expect(!error.message.contains("Error"))
    }

    @Test func `takes /dev/null for a file without a profile`() async throws {
        let home = try TemporaryHome(
            credentials: "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
        let environment = home.environment(["AWS_CONFIG_FILE": "/dev/null"])
        #expect(try await find(nil, environment)?.accessKeyID == "FILE")
    }

    @Test func `finds files where the variables say`() async throws {
        let home = try TemporaryHome(
            credentials: "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
        let environment = [
            "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials", "HOME": home.path,
            "AWS_CONFIG_FILE": "/nowhere/config",
        ]
        #expect(try await find(nil, environment)?.accessKeyID == "FILE")
        let variables = [
            "AWS_SHARED_CREDENTIALS_FILE": "${ROOT}/.aws/$NAME", "ROOT": home.path,
            "NAME": "credentials",
        ]
        #expect(try await find(nil, variables)?.accessKeyID == "FILE")
        // An empty one says that there is none, and a name that is not set stays.
        for path in ["", "$ROOT/credentials", "${ROOT", "$"] {
            let none = home.environment(["AWS_SHARED_CREDENTIALS_FILE": path])
            #expect(await error(nil, none)?.code == .credentialsMissing, "\(path)")
        }
    }
}

/// What containers and instances answer.
private func issued(_ id: String) -> String {
    #"{"Code": "Success", "AccessKeyId": "\#(id)", "SecretAccessKey": "s", "Token": "t", "#
        + #""Expiration": "2026-11-22T15:08:07Z"}"#
}
