import AWSSigning
import ConnectClient
import TestSupport
import Testing
import TransferCore

/// Roles that profiles name, and the chains of their sources.
struct AssumeRoleTests {
    private static let keys = "[base]\naws_access_key_id=BASE\naws_secret_access_key=s\n"
    private static let arn = "arn:aws:iam::123456789012:role/mover"

    private func surroundings(
        _ config: String, credentials: String? = keys, _ steps: ScriptedServer.Step
    ) throws -> Surroundings {
        try Surroundings(config: config, credentials: credentials, try ScriptedServer(steps))
    }

    /// Gives credentials that are named after the role.
    private static let giving = ScriptedServer.Step.choose { request in
        let role = request.body.components(after: "role%2F").prefix { $0.isLetter }
        return issued("AssumeRole", "KEY-\(role)")
    }

    @Test func `assumes the role with the source's keys and all that the profile says`()
        async throws
    {
        let here = try surroundings(
            """
            [profile night]
            role_arn = \(Self.arn)
            source_profile = base
            external_id = outer/one
            role_session_name = night@ops
            duration_seconds = 900
            """, Self.giving)
        defer { here.server.stop() }
        let found = try #require(try await here.chain("night").credentials())
        #expect(found.credentials.accessKeyID == "KEY-mover")
        #expect(found.credentials.secretAccessKey == "secret/of+KEY-mover")
        #expect(found.credentials.sessionToken == "token-of-KEY-mover")
        #expect(found.credentials.expirationMilliseconds == fixedNow.milliseconds + 3_600_000)
        #expect(
            found.source
                == "the profile night (assume-role \(Self.arn) from the profile base)")
        let request = try #require(here.server.received.first)
        #expect(request.requestLine == "POST / HTTP/1.1")
        #expect(
            request.body
                == "Action=AssumeRole&Version=2011-06-15"
                + "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmover"
                + "&RoleSessionName=night%40ops&ExternalId=outer%2Fone&DurationSeconds=900")
        #expect(
            request.headers["content-type"] == "application/x-www-form-urlencoded; charset=utf-8")
        #expect(
            request.headers["authorization"]?.contains(
                "Credential=BASE/20261122/eu-west-1/sts/aws4_request") == true)
    }

    @Test func `walks a chain, and keeps what its links gave until that ends`() async throws {
        let here = try surroundings(
            """
            [default]
            role_arn = arn:aws:iam::123456789012:role/top
            source_profile = middle
            [profile middle]
            role_arn = arn:aws:iam::123456789012:role/middle
            source_profile = base
            """, Self.giving)
        defer { here.server.stop() }
        let chain = here.chain()
        let found = try #require(try await chain.credentials())
        #expect(found.credentials.accessKeyID == "KEY-top")
        #expect(found.source.hasSuffix("from the profile base))"))
        #expect(here.signers == ["BASE", "KEY-middle"])
        #expect(
            here.server.received.last?.headers["x-amz-security-token"] == "token-of-KEY-middle")
        #expect(here.bodies.allSatisfy { $0.contains("&RoleSessionName=baton-1795338487") })
        _ = try await chain.credentials()
        #expect(here.signers == ["BASE", "KEY-middle", "KEY-middle"])
    }

    @Test func `keeps to the role and the place of keys that it began with`() async throws {
        let process =
            #"printf '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s","#
            + #""Expiration":"2026-11-22T09:09:07Z"}'"#
        let source = "[profile base]\ncredential_process = \(process)\n"
        let role = "[profile night]\nrole_arn = \(Self.arn)\nsource_profile = base\n"
        var here = try surroundings(role + source, credentials: nil, Self.giving)
        here.variables = ["PATH": "/usr/bin:/bin"]
        defer { here.server.stop() }
        let clock = ManualClock()
        let chain = CredentialChain.standard(
            profile: "night", environment: here.environment,
            surroundings: ClientSurroundings(
                limits: TransportLimits(), version: "1.2.3", now: { clock.now }))
        _ = try await chain.credentials()
        // Keys of a file would go before a process, were the source looked for anew.
        try here.home.write(credentials: Self.keys)
        try here.home.write(
            config: role.replacing("mover", with: "other")
                + source.replacing("PROCESS", with: "OTHER"))
        clock.advance(by: .seconds(50))
        _ = try await chain.credentials()
        #expect(here.bodies.allSatisfy { !$0.contains("other") })
        #expect(here.signers == ["PROCESS", "PROCESS"])
    }

    @Test func `takes a profile's own keys before the role that it names`() async throws {
        let role = "role_arn = arn:aws:iam::123456789012:role/self\nsource_profile = base\n"
        let here = try surroundings(
            "[profile base]\n\(role)[profile other]\n\(role)", Self.giving)
        defer { here.server.stop() }
        #expect(try await here.chain("base").credentials()?.credentials.accessKeyID == "KEY-self")
        #expect(try await here.chain("other").credentials()?.credentials.accessKeyID == "KEY-self")
        #expect(here.signers == ["BASE", "BASE"])
    }

    @Test func `takes the environment's keys where the profile says so`() async throws {
        var here = try surroundings(
            "[profile a]\nrole_arn = \(Self.arn)\ncredential_source = Environment\n", Self.giving)
        defer { here.server.stop() }
        #expect(await here.error("a")?.code == .credentialsMissing)
        here.variables = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"]
        let found = try await here.chain("a").credentials()
        #expect(found?.source == "the profile a (assume-role \(Self.arn) from the environment)")
        #expect(here.signers == ["ENV"])
        // Keys in the environment go before a profile that nobody named.
        #expect(try await here.chain().credentials()?.credentials.accessKeyID == "ENV")
    }

    private static let circles = [
        ("a -> b -> a", "[profile a]\nR\nsource_profile=b\n[profile b]\nR\nsource_profile=a\n"),
        ("a -> a", "[profile a]\nR\nsource_profile=a\n"),
        (
            "a -> b -> c -> b",
            "[profile a]\nR\nsource_profile=b\n[profile b]\nR\nsource_profile=c\n"
                + "[profile c]\nR\nsource_profile=b\n"
        ),
        ("a -> b -> b", "[profile a]\nR\nsource_profile=b\n[profile b]\nR\nsource_profile=b\n"),
    ]

    @Test(arguments: circles)
    func `names the circle that profiles make`(_ circle: String, _ config: String) async throws {
        let here = try surroundings(
            config.replacing("R\n", with: "role_arn=\(Self.arn)\n"), .close)
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.code == .credentialsMisconfigured)
        #expect(error.message.contains(" \(circle). "))
        #expect(here.server.received.isEmpty)
    }

    private static let wrong = [
        ("role_arn=\(arn)", "source_profile"),
        ("role_arn=\(arn)\nsource_profile=base\ncredential_source=Environment", "both"),
        ("role_arn=\(arn)\ncredential_source=environment", "credential_source = environment"),
        ("role_arn=\(arn)\nsource_profile=ghost", "The profile ghost"),
        ("role_arn=\(arn)\nsource_profile=bare", "The profile bare"),
        ("role_arn=mover\nsource_profile=base", "arn:aws:iam::123456789012:role/NAME"),
        ("role_arn=\(arn)\nsource_profile=base\nduration_seconds=899", "duration_seconds = 899"),
        ("role_arn=\(arn)\nsource_profile=base\nduration_seconds=43201", "43200"),
        ("role_arn=\(arn)\nsource_profile=base\nduration_seconds=1h", "duration_seconds = 1h"),
        ("role_arn=\(arn)\nsource_profile=base\nrole_session_name=a b", "role_session_name"),
        ("role_arn=\(arn)\nsource_profile=base\nrole_session_name=x", "2 to 64"),
    ]

    @Test(arguments: wrong)
    func `says which setting of a role is wrong`(_ lines: String, _ words: String) async throws {
        let here = try surroundings("[profile a]\n\(lines)\n[profile bare]\nregion=x\n", .close)
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.message.contains(words), "\(error)")
        #expect(error.message.contains("profile a") || error.message.contains("of a,"))
        #expect(error.concernsCredentials)
        #expect(!error.isTransient)
        #expect(here.server.received.isEmpty)
    }

    @Test func `says what STS refused, once, and what to check`() async throws {
        let here = try surroundings(
            "[profile a]\nrole_arn=\(Self.arn)\nsource_profile=base\nexternal_id=very-secret-id\n",
            .send(refused("AccessDenied", "Not you &amp; not with very-secret-id.")))
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.code == .credentialsUnavailable)
        #expect(!error.isTransient)
        #expect(
            error.message
                == "The role \(Self.arn) of the profile a cannot be assumed with the credentials of "
                + "the profile base: Not you & not with [removed] (AccessDenied). Check that the "
                + "role's trust policy and these credentials' own allow sts:AssumeRole.")
        #expect(here.server.received.count == 1)
    }

    @Test(arguments: [
        answer("503 Service Unavailable", body: "<html><body>busy</body></html>"),
        refused("Throttling", "Rate exceeded", status: "400 Bad Request"),
    ])
    func `asks three times where STS may answer yet, then says that it may`(
        _ reply: String
    ) async throws {
        let here = try surroundings(
            "[profile a]\nrole_arn=\(Self.arn)\nsource_profile=base\n", .send(reply))
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.isTransient)
        #expect(here.server.received.count == 3)
    }

    private static let unreadable = [
        "", "no XML", "<a>", "<AssumeRoleResponse/>", "<a></b>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>&x;</AccessKeyId>"
            + "</Credentials></AssumeRoleResult></AssumeRoleResponse>",
        String(repeating: "<a>", count: 100_000),
    ]

    @Test(arguments: unreadable.indices)
    func `takes no credentials from an answer that it cannot read`(_ index: Int) async throws {
        let here = try surroundings(
            "[profile a]\nrole_arn=\(Self.arn)\nsource_profile=base\n",
            .send(answer("200 OK", body: Self.unreadable[index])))
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.message.contains("the role's credentials could not be read"), "\(error)")
    }
}

extension String {
    /// What follows the first place of a text; empty where it is not in here.
    func components(after text: String) -> Substring {
        firstRange(of: text).map { self[$0.upperBound...] } ?? ""
    }
}
