import AWSSigning
import ConnectClient
import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing

/// Roles of IAM Identity Center for whoever has signed in.
struct SSOTests {
    /// SHA-1 of `corp` and of the start URL: what the AWS CLI names the files by.
    private static let sessionFile = "ee0bfd2552fbd840c02cc48b6e823320543c450f"
    private static let inlineFile = "a51746d4aa793ae07b25e90c3a5db96fc7832bd7"

    private static let role = "sso_account_id=123456789012\nsso_role_name=Mover\n"
    private static let place =
        "sso_start_url=https://corp.awsapps.com/start\nsso_region=eu-west-2\n"
    private static let session =
        "[profile a]\nsso_session=corp\n\(role)[sso-session corp]\n\(place)"
    private static let inline = "[profile a]\n\(role)\(place)"

    private static let credentials = answer(
        "200 OK",
        body: """
            {"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s","sessionToken":"t",
            "expiration":1795342087000,"more":1},"unknown":[]}
            """)
    private static let newToken = answer(
        "200 OK",
        body: #"{"accessToken":"new-token","expiresIn":28800,"refreshToken":"new-refresh"}"#)

    private func surroundings(
        _ config: String = session, file: String? = sessionFile, token: String = token(),
        answering step: ScriptedServer.Step = .send(credentials)
    ) throws -> (Surroundings, tokenFile: String) {
        let here = try Surroundings(config: config, try ScriptedServer(step))
        let folder = here.home.path + "/.aws/sso/cache"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/\(file ?? "").json"
        if file != nil { try Data(token.utf8).write(to: URL(filePath: path)) }
        return (here, path)
    }

    /// A cached token; the clock stands at 09:08:07.
    private static func token(
        _ token: String = "old-token", until end: String = "2026-11-22T10:08:07Z",
        registeredUntil: String = "2027-01-01T00:00:00Z"
    ) -> String {
        """
        {"startUrl":"https://corp.awsapps.com/start","region":"eu-west-2","accessToken":"\(token)",
        "expiresAt":"\(end)","clientId":"client-1","clientSecret":"client-secret-1",
        "registrationExpiresAt":"\(registeredUntil)","refreshToken":"old-refresh",
        "future":{"a":[1,2.5,null,true]}}
        """
    }

    private static func isTokenCall(_ request: ScriptedServer.Received) -> Bool {
        request.requestLine == "POST /token HTTP/1.1"
    }

    @Test(arguments: [(session, sessionFile), (inline, inlineFile)])
    func `asks the portal with the token of the last sign-in`(
        _ config: String, _ file: String
    ) async throws {
        let (here, _) = try surroundings(config, file: file)
        defer { here.server.stop() }
        let found = try #require(try await here.chain("a").credentials())
        #expect(found.credentials.accessKeyID == "SSO")
        #expect(found.credentials.expirationMilliseconds == 1_795_342_087_000)
        #expect(found.source == "the profile a (SSO role Mover of account 123456789012)")
        let request = try #require(here.server.received.first)
        #expect(
            request.requestLine
                == "GET /federation/credentials?role_name=Mover&account_id=123456789012 HTTP/1.1")
        #expect(request.headers["x-amz-sso_bearer_token"] == "old-token")
        #expect(request.headers["authorization"] == nil)
    }

    @Test func `renews a token that ends soon, and writes it where AWS's tools find it`()
        async throws
    {
        let (here, path) = try surroundings(
            token: Self.token(until: "2026-11-22T09:23:06Z"),
            answering: .choose { Self.isTokenCall($0) ? Self.newToken : Self.credentials })
        defer { here.server.stop() }
        _ = try await here.chain("a").credentials()
        #expect(
            here.bodies.first
                .map { try? JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } == [
                    "clientId": "client-1", "clientSecret": "client-secret-1",
                    "grantType": "refresh_token", "refreshToken": "old-refresh",
                ])
        #expect(here.server.received.last?.headers["x-amz-sso_bearer_token"] == "new-token")
        let written = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        #expect(
            written
                == #"{"accessToken":"new-token","clientId":"client-1","#
                + #""clientSecret":"client-secret-1","expiresAt":"2026-11-22T17:08:07Z","#
                + #""future":{"a":[1,2.5,null,true]},"refreshToken":"new-refresh","#
                + #""region":"eu-west-2","registrationExpiresAt":"2027-01-01T00:00:00Z","#
                + #""startUrl":"https://corp.awsapps.com/start"}"#)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((mode as? Int).map { $0 & 0o777 } == 0o600)
        let folder = here.home.path + "/.aws/sso/cache"
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }

    @Test func `goes on with the old token while it lasts, whatever the renewal`() async throws {
        let refusal = answer(
            "400 Bad Request", "x-amzn-ErrorType: InvalidGrantException",
            body: #"{"error":"invalid_grant"}"#)
        let (here, path) = try surroundings(
            token: Self.token(until: "2026-11-22T09:09:00Z"),
            answering: .choose { Self.isTokenCall($0) ? refusal : Self.credentials })
        defer { here.server.stop() }
        #expect(try await here.chain("a").credentials()?.credentials.accessKeyID == "SSO")
        #expect(here.server.received.last?.headers["x-amz-sso_bearer_token"] == "old-token")
        try Data(Self.token(until: "2026-11-22T09:08:06Z").utf8).write(to: URL(filePath: path))
        let error = try #require(await here.error("a"))
        #expect(error.message.contains("`aws sso login --sso-session corp`"))
        #expect(error.message.contains("InvalidGrantException"))
        #expect(!error.isTransient)
        // Nobody can renew what has no registration any more: nobody is asked.
        let lapsed = Self.token(
            until: "2026-11-22T09:08:06Z", registeredUntil: "2026-11-22T09:08:06Z")
        try Data(lapsed.utf8).write(to: URL(filePath: path))
        let calls = here.server.received.count
        #expect(await here.error("a")?.code == .credentialsExpired)
        #expect(here.server.received.count == calls)
    }

    @Test func `takes the token that another tool has had meanwhile`() async throws {
        let here = try Surroundings(config: Self.session, try ScriptedServer(.close))
        here.server.stop()
        let path = here.home.path + "/.aws/sso/cache/\(Self.sessionFile).json"
        let server = try ScriptedServer(
            .choose { request in
                guard Self.isTokenCall(request) else { return Self.credentials }
                try? Data(Self.token("their-token").utf8).write(to: URL(filePath: path))
                return answer(
                    "400 Bad Request", "x-amzn-ErrorType: InvalidGrantException", body: "{}")
            })
        defer { server.stop() }
        try FileManager.default.createDirectory(
            atPath: here.home.path + "/.aws/sso/cache", withIntermediateDirectories: true)
        try Data(Self.token(until: "2026-11-22T09:00:00Z").utf8).write(to: URL(filePath: path))
        let environment = here.home.environment([
            "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url,
        ])
        _ = try await CredentialChain.standard(
            profile: "a", environment: environment, surroundings: fixedSurroundings()
        ).credentials()
        #expect(server.received.last?.headers["x-amz-sso_bearer_token"] == "their-token")
    }

    /// As two processes that start at the same moment.
    @Test func `of two that renew at once, the second takes what the first was given`()
        async throws
    {
        let waiting = DispatchSemaphore(value: 0)
        let calls = Mutex(0)
        let (here, _) = try surroundings(
            token: Self.token(until: "2026-11-22T09:00:00Z"),
            answering: .choose { request in
                guard Self.isTokenCall(request) else { return Self.credentials }
                let call = calls.withLock { calls in
                    calls += 1
                    return calls
                }
                guard call == 1 else {
                    waiting.signal()
                    return answer(
                        "400 Bad Request", "x-amzn-ErrorType: InvalidGrantException", body: "{}")
                }
                // The other is refused first, and has looked at the file by then.
                waiting.wait()
                usleep(300_000)
                return Self.newToken
            })
        defer { here.server.stop() }
        let (first, second) = (here.chain("a"), here.chain("a"))
        async let one = first.credentials()
        async let other = second.credentials()
        #expect(try await one?.credentials.accessKeyID == "SSO")
        #expect(try await other?.credentials.accessKeyID == "SSO")
        let tokens = here.server.received.compactMap { $0.headers["x-amz-sso_bearer_token"] }
        #expect(tokens == ["new-token", "new-token"])
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func `keeps to the role that it began with`() async throws {
        let (here, _) = try surroundings()
        defer { here.server.stop() }
        let chain = here.chain("a")
        _ = try await chain.credentials()
        try here.home.write(config: Self.session.replacing("=Mover", with: "=Other"))
        #expect(
            try await chain.credentials()?.source
                == "the profile a (SSO role Mover of account 123456789012)")
    }

    @Test(arguments: [
        "1e300", "-1", "-9223372036854775808", "9223372036854775807", "1e16", "0.5", "null",
        "\"soon\"", "NaN", "1e400",
    ])
    func `takes no credentials that end at no time`(_ end: String) async throws {
        let body =
            #"{"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s","sessionToken":"t","#
            + #""expiration":\#(end)}}"#
        let (here, _) = try surroundings(answering: .send(answer("200 OK", body: body)))
        defer { here.server.stop() }
        let cache = CredentialCache(here.chain("a"), now: { fixedNow })
        await #expect(throws: ConnectClientError.self) { try await cache.credentials() }
    }

    private static let answersWithoutToken =
        ["1e300", "-1", "9223372036854775807", "1e400", "NaN", "null", "\"1\""].map {
            #"{"accessToken":"new","expiresIn":\#($0),"refreshToken":"r"}"#
        } + [
            #"{"accessToken":"","expiresIn":60,"refreshToken":"r"}"#,
            #"{"accessToken":"new","expiresIn":60,"refreshToken":""}"#,
            #"{"accessToken":"a b","expiresIn":60}"#,
        ]

    @Test(arguments: answersWithoutToken)
    func `lets nothing that is no token, or ends at no time, take the place of the old one`(
        _ body: String
    ) async throws {
        let (here, path) = try surroundings(
            token: Self.token(until: "2026-11-22T09:08:06Z"),
            answering: .send(answer("200 OK", body: body)))
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.message.contains("cannot be renewed"), "\(error)")
        let kept = try Data(contentsOf: URL(filePath: path))
        #expect(String(decoding: kept, as: UTF8.self).contains("old-refresh"))
    }

    private static let unusable: [(config: String, file: String?, token: String, login: String)] = [
        (session, nil, "", "--sso-session corp"), (inline, nil, "", "--profile a"),
        (session, sessionFile, "{}", "--sso-session corp"),
        (session, sessionFile, "[", "--sso-session corp"),
        (inline, inlineFile, token(until: "2026-11-22T09:08:07Z"), "--profile a"),
        (inline, inlineFile, token(until: "tomorrow"), "--profile a"),
        (inline, inlineFile, token(until: "0000-01-01T00:00:00+14:00"), "--profile a"),
        (inline, inlineFile, token("x\\r\\ny"), "--profile a"),
    ]

    @Test(arguments: unusable.indices)
    func `says how to sign in where no token can be used`(_ index: Int) async throws {
        let (config, file, token, login) = Self.unusable[index]
        let (here, _) = try surroundings(config, file: file, token: token)
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.message.contains("`aws sso login \(login)`"), "\(error)")
        #expect(error.concernsCredentials)
        #expect(here.server.received.isEmpty)
    }

    private static let wrong = [
        ("sso_session=corp\n[sso-session corp]\n\(place)", "sso_account_id, sso_role_name"),
        ("\(role)sso_region=x", "sso_start_url"), ("\(role)", "sso_region, sso_start_url"),
        ("sso_account_id=1\n\(place)", "sso_role_name"),
        ("\(role)sso_session=ghost", "[sso-session ghost]"),
        (
            "\(role)sso_session=corp\nsso_region=x\n[sso-session corp]\n\(place)",
            "`sso_region` differs"
        ),
        ("\(role)sso_start_url=u\nsso_region=evil.example/", "no Region"),
    ]

    @Test(arguments: wrong)
    func `says which setting is missing or wrong`(_ lines: String, _ words: String) async throws {
        let (here, _) = try surroundings("[profile a]\n\(lines)")
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.message.contains(words), "\(error)")
        #expect(here.server.received.isEmpty)
    }

    @Test func `passes over a session beside keys, which is for tokens alone`() async throws {
        let (here, _) = try surroundings(
            "[profile a]\nsso_session=corp\naws_access_key_id=K\naws_secret_access_key=s\n")
        defer { here.server.stop() }
        #expect(try await here.chain("a").credentials()?.credentials.accessKeyID == "K")
    }

    private static let refusals = [
        ("401 Unauthorized", "UnauthorizedException", false, "Sign in with `aws sso login"),
        ("403 Forbidden", "ForbiddenException", false, "Check sso_role_name"),
        ("503 Service Unavailable", "", true, "Try again later"),
    ]

    @Test(arguments: refusals)
    func `says what the portal refused`(
        _ status: String, _ code: String, _ isTransient: Bool, _ words: String
    ) async throws {
        let (here, _) = try surroundings(
            answering: .choose { request in
                let token = request.headers["x-amz-sso_bearer_token"] ?? ""
                return answer(
                    status, "x-amzn-ErrorType: \(code)", body: #"{"message":"Not \#(token)"}"#)
            })
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.isTransient == isTransient)
        #expect(error.message.contains(words))
        #expect(!error.message.contains("old-token"))
    }
}
