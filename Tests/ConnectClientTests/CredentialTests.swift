import AWSSigning
import ConnectClient
import Synchronization
import Testing

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

    @Test func `reads files as AWS's tools do`() async throws {
        let home = try TemporaryHome(
            credentials: """
                # a comment
                ; another

                [ default ]
                [night shift]
                  # an indented comment
                AWS_ACCESS_KEY_ID=KEY # a comment
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

    @Test func `finds files where the variables say`() async throws {
        let home = try TemporaryHome(
            credentials: "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
        let environment = [
            "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials", "HOME": home.path,
            "AWS_CONFIG_FILE": "/nowhere/config",
        ]
        #expect(try await find(nil, environment)?.accessKeyID == "FILE")
    }
}
