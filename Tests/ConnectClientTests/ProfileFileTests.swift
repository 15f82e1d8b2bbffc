import AWSSigning
import ConnectClient
import TestSupport
import Testing

/// How the shared files are read: as botocore reads them, and a sentence where it refuses them.
struct ProfileFileTests {
    private static let pair = "aws_access_key_id=KEYS\naws_secret_access_key=s\n"
    private static let arn = "arn:aws:iam::123456789012:role/mover"

    private func find(_ profile: String?, _ home: TemporaryHome) async throws -> Credentials? {
        try await CredentialChain.standard(
            profile: profile, environment: home.environment(), surroundings: fixedSurroundings()
        ).credentials()?.credentials
    }

    private func error(
        config: String? = nil, credentials: String? = nil, profile: String? = nil
    ) async throws -> ConnectClientError {
        let home = try TemporaryHome(config: config, credentials: credentials)
        return try #require(
            await #expect(throws: ConnectClientError.self) { try await find(profile, home) })
    }

    @Test func `what stands in both files is that of the file of keys`() throws {
        let home = try TemporaryHome(
            config: "[profile a]\nregion=eu-west-1\nendpoint_url=https://config.example\n",
            credentials: "[a]\nregion=eu-west-2\nendpoint_url=https://keys.example\n")
        let settled = try ClientConfiguration.resolve(profile: "a", environment: home.environment())
        #expect(settled.region == "eu-west-2")
        #expect(settled.endpoint.description == "https://keys.example")
    }

    @Test func `a role's settings in the file of keys go before those of the other`() async throws {
        let server = try ScriptedServer(.send(issued("AssumeRole", "ROLE")))
        let here = try Surroundings(
            config: "[profile a]\nrole_arn=\(Self.arn)-config\nsource_profile=other\n"
                + "[profile other]\naws_access_key_id=OTHER\naws_secret_access_key=s\n",
            credentials: "[a]\nrole_arn=\(Self.arn)\nsource_profile=base\n[base]\n\(Self.pair)",
            server)
        defer { server.stop() }
        let found = try await here.chain("a").credentials()
        #expect(
            found?.source == "the profile a (assume-role \(Self.arn) from the profile base)")
        #expect(here.signers == ["KEYS"])
    }

    @Test func `services and a session may be named in the file of keys`() async throws {
        let home = try TemporaryHome(
            config: "[services mine]\nconnect =\n  endpoint_url = https://mine.example\n",
            credentials: "[default]\nregion=eu-west-1\nservices=mine\n")
        let settled = try ClientConfiguration.resolve(environment: home.environment())
        #expect(settled.endpoint.description == "https://mine.example")
        let missing = try await error(
            config: "[sso-session corp]\nsso_region=eu-west-1\n",
            credentials: "[default]\nsso_session=corp\nsso_account_id=1\n")
        #expect(missing.message.contains("sso_role_name, sso_start_url"), "\(missing)")
    }

    @Test func `a profile that is indented as a whole keeps its first setting`() async throws {
        let server = try ScriptedServer(.send(issued("AssumeRole", "ROLE")))
        let here = try Surroundings(
            config: "[profile a]\n    role_arn = \(Self.arn)\n    source_profile = base\n",
            credentials: "[base]\n\(Self.pair)[a]\n\(Self.pair)", server)
        defer { server.stop() }
        #expect(try await here.chain("a").credentials()?.credentials.accessKeyID == "ROLE")
    }

    private static let accepted: [(name: String, text: String)] = [
        ("colons", "[default]\naws_access_key_id: KEYS\naws_secret_access_key : s"),
        ("capitals", "[default]\nAWS_Access_Key_Id=KEYS\nAWS_SECRET_ACCESS_KEY=s"),
        ("every line end", "[default]\raws_access_key_id=KEYS\r\naws_secret_access_key=s\r"),
        ("blank lines and comments", "\n# a\n[default] # b\n\n;c\n\(pair)  # d\n"),
        ("deeper and less deep", "  [default]\n  aws_access_key_id=KEYS\naws_secret_access_key=s"),
        ("a nested setting between", "[default]\ns3 =\n  a = b\n    c = d\n\(pair)"),
        ("settings for all sections", "[DEFAULT]\n\(pair)[default]\nx=y\n"),
        ("settings for all, overridden", "[DEFAULT]\naws_access_key_id=ALL\n[default]\n\(pair)"),
    ]

    @Test(arguments: accepted)
    func `reads`(_ name: String, _ text: String) async throws {
        let found = try await find(nil, try TemporaryHome(credentials: text))
        #expect(found == Credentials(accessKeyID: "KEYS", secretAccessKey: "s"))
        let settings = try await find(nil, try TemporaryHome(config: text))
        #expect(settings == Credentials(accessKeyID: "KEYS", secretAccessKey: "s"))
    }

    @Test(arguments: [
        "profile \"night shift\"", "profile 'night shift'", "profile night\\ shift",
        "profile   \"night shift\" ",
    ])
    func `finds a profile by its name as a shell takes it`(_ header: String) async throws {
        let home = try TemporaryHome(config: "[\(header)]\n\(Self.pair)")
        #expect(try await find("night shift", home)?.accessKeyID == "KEYS")
    }

    @Test func `of two names of the usual profile, the later holds`() async throws {
        let one = "aws_access_key_id=ONE\naws_secret_access_key=s\n"
        for (text, id) in [
            ("[default]\n\(one)[profile default]\n\(Self.pair)", "KEYS"),
            ("[profile default]\n\(Self.pair)[default]\n\(one)", "ONE"),
        ] { #expect(try await find(nil, try TemporaryHome(config: text))?.accessKeyID == id) }
    }

    @Test(arguments: ["night", "profile night shift", "Profile night", " default "])
    func `takes no other section for a profile`(_ header: String) async throws {
        let name = header == " default " ? nil : "night"
        let error = try await error(config: "[\(header)]\n\(Self.pair)", profile: name)
        #expect([.profileMissing, .credentialsMissing].contains(error.code))
    }

    private static let refused: [(text: String, place: String, words: String)] = [
        ("\u{FEFF}[default]\n", "line 1", "byte order mark"),
        ("[a]\nx=1\n[b]\n[a]\n", "line 4", "[a] stands in the file twice"),
        ("[a]\nx=1\nX = 2\n", "line 3", "`x` stands in [a] twice"),
        ("[a]\n= 2\n", "line 2", "expected `key = value`"),
        ("[a]\nx\n", "line 2", "expected `key = value`"),
        ("[]\n", "line 1", "expected one [section]"),
        ("[a] # [b]\n", "line 1", "expected one [section]"),
        ("[a\nx=1\n", "line 1", "no closing bracket"),
        ("[a]\nregion =\n  eu-west-1\n", "line 3", "under `region`"),
        ("[default]\nregion = x\n\n  # c\n  a = b\n", "line 5", "deeper than `region` above it"),
    ]

    @Test(arguments: refused)
    func `refuses what botocore refuses, with the line`(
        _ text: String, _ place: String, _ words: String
    ) async throws {
        let error = try await error(config: text)
        #expect(error.code == .profileFileInvalid)
        #expect(error.message.contains("/.aws/config, \(place): "), "\(error)")
        #expect(error.message.contains(words), "\(error)")
    }

    @Test func `a value that is on the next line is no value`() async throws {
        for lines in [
            "role_arn =\n a = b", "aws_access_key_id =\n a = b\naws_secret_access_key=s",
            "credential_process =\n a = b", "login_session =\n a = b",
        ] {
            let error = try await error(config: "[default]\n\(lines)\n")
            #expect(error.concernsCredentials, "\(error)")
        }
    }

    @Test func `a comment behind a value is a part of it`() async throws {
        let error = try await error(
            credentials: "[default]\naws_access_key_id=KEYS # old\naws_secret_access_key=s\n")
        #expect(error.code == .credentialsInvalid)
    }
}
