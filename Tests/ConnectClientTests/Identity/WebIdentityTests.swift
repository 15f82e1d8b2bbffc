import AWSSigning
import ConnectClient
import FoundationEssentials
import TestSupport
import Testing

/// Roles for whoever holds a token in a file.
struct WebIdentityTests {
    private static let arn = "arn:aws:iam::123456789012:role/pod"

    private func surroundings(
        config: String? = nil, token: String? = "first.token.value",
        _ step: ScriptedServer.Step = .send(issued("AssumeRoleWithWebIdentity", "WEB"))
    ) throws -> Surroundings {
        let here = try Surroundings(config: config, try ScriptedServer(step))
        if let token { try Data(token.utf8).write(to: URL(filePath: tokenFile(here))) }
        return here
    }

    private func tokenFile(_ here: Surroundings) -> String { here.home.path + "/token" }

    @Test func `reads the token's file again at each refresh, and signs nothing`() async throws {
        var here = try surroundings(token: "first.token\n")
        let path = tokenFile(here)
        defer { here.server.stop() }
        here.variables = [
            "AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": Self.arn,
            "AWS_ROLE_SESSION_NAME": "pod-7",
        ]
        let chain = here.chain()
        let found = try #require(try await chain.credentials())
        #expect(found.credentials.accessKeyID == "WEB")
        #expect(found.source == "the environment (web identity \(Self.arn))")
        try Data("second.token".utf8).write(to: URL(filePath: path))
        _ = try await chain.credentials()
        let body =
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
            + "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fpod"
            + "&RoleSessionName=pod-7&WebIdentityToken="
        #expect(here.bodies == [body + "first.token", body + "second.token"])
        #expect(here.signers == ["", ""])
    }

    @Test func `takes a profile's own, and leaves the variables aside where it is named`()
        async throws
    {
        let profile = "role_arn=\(Self.arn)\nweb_identity_token_file="
        var here = try surroundings(config: "[profile bare]\nregion=x\n")
        let path = tokenFile(here)
        defer { here.server.stop() }
        try Data("[profile a]\n\(profile)\(path)\n[profile bare]\nregion=x\n".utf8)
            .write(to: URL(filePath: here.home.path + "/.aws/config"))
        let found = try await here.chain("a").credentials()
        #expect(found?.source == "the profile a (web identity \(Self.arn))")
        #expect(here.bodies.first?.contains("&RoleSessionName=baton-1795338487&") == true)
        here.variables = ["AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": Self.arn]
        #expect(await here.error("bare")?.code == .credentialsMissing)
    }

    @Test func `a role's source may be a web identity`() async throws {
        let here = try surroundings(
            .choose { request in
                request.body.contains("Action=AssumeRole&")
                    ? issued("AssumeRole", "TOP") : issued("AssumeRoleWithWebIdentity", "WEB")
            })
        let path = tokenFile(here)
        defer { here.server.stop() }
        let config = """
            [profile a]
            role_arn = arn:aws:iam::123456789012:role/top
            source_profile = web
            [profile web]
            role_arn = \(Self.arn)
            web_identity_token_file = \(path)
            """
        try Data(config.utf8).write(to: URL(filePath: here.home.path + "/.aws/config"))
        #expect(try await here.chain("a").credentials()?.credentials.accessKeyID == "TOP")
        #expect(here.signers == ["", "WEB"])
    }

    private static let tokens: [(token: String?, words: String)] = [
        (nil, "cannot be read: there is no such file"), ("", "holds no web identity's token"),
        ("two words", "holds no web identity's token"),
        (String(repeating: "x", count: 20_001), "far too large"),
    ]

    @Test(arguments: tokens)
    func `says what is wrong with a token's file`(_ token: String?, _ words: String) async throws {
        var here = try surroundings(token: token)
        let path = tokenFile(here)
        defer { here.server.stop() }
        here.variables = ["AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": Self.arn]
        let error = try #require(await here.error())
        #expect(error.message.contains(words))
        #expect(error.message.contains(path))
        #expect(here.server.received.isEmpty)
    }

    @Test func `an empty name of the token's file is none, and no role is assumed`() async throws {
        let keys = "aws_access_key_id=KEYS\naws_secret_access_key=s\n"
        var here = try surroundings(
            config: "[default]\nrole_arn=\(Self.arn)\nsource_profile=default\n"
                + "web_identity_token_file=\n\(keys)")
        defer { here.server.stop() }
        #expect(try await here.chain().credentials()?.credentials.accessKeyID == "KEYS")
        // The variable goes before the profile, also where it is empty.
        try here.home.write(
            config: "[default]\nrole_arn=\(Self.arn)\n"
                + "web_identity_token_file=\(tokenFile(here))\n\(keys)")
        #expect(try await here.chain().credentials()?.credentials.accessKeyID == "WEB")
        here.variables = ["AWS_WEB_IDENTITY_TOKEN_FILE": ""]
        #expect(try await here.chain().credentials()?.credentials.accessKeyID == "KEYS")
    }

    @Test func `keeps to the role that it began with`() async throws {
        let here = try surroundings()
        let path = tokenFile(here)
        defer { here.server.stop() }
        let profile = "[default]\nweb_identity_token_file=\(path)\nrole_arn=\(Self.arn)"
        try here.home.write(config: profile + "\n")
        let chain = here.chain()
        _ = try await chain.credentials()
        try here.home.write(config: profile + "-other\n")
        let found = try await chain.credentials()
        #expect(found?.source == "the profile default (web identity \(Self.arn))")
        #expect(here.bodies.count == 2)
        #expect(!here.bodies[1].contains("other"))
    }

    @Test func `needs the role beside the token`() async throws {
        var here = try surroundings()
        let path = tokenFile(here)
        defer { here.server.stop() }
        here.variables = ["AWS_WEB_IDENTITY_TOKEN_FILE": path]
        #expect(await here.error()?.message.contains("AWS_ROLE_ARN") == true)
        #expect(await here.error()?.code == .credentialsMisconfigured)
    }

    @Test(arguments: [
        ("IDPCommunicationError", true, 3), ("ExpiredTokenException", false, 1),
        ("InvalidIdentityToken", false, 1),
    ])
    func `asks again where the token's issuer did not answer STS`(
        _ code: String, _ isTransient: Bool, _ calls: Int
    ) async throws {
        var here = try surroundings(
            .send(refused(code, "About first.token.value.", status: "400 Bad Request")))
        let path = tokenFile(here)
        defer { here.server.stop() }
        here.variables = ["AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": Self.arn]
        let error = try #require(await here.error())
        #expect(error.isTransient == isTransient)
        #expect(error.message.contains("About [removed] (\(code))."))
        #expect(here.server.received.count == calls)
    }
}
