import AWSSigning
import ConnectClient
import FoundationEssentials
import TestSupport
import Testing
import TransferCore

/// What of a request no failure repeats: words of failures go into ledger, reports and terminal.
struct SecrecyTests {
    private static let token = "IQoJb3JpZ2luX2VjEHo/" + String(repeating: "t0k3n+/", count: 150)
    private static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    /// A service that echoes, with the message that the code's makes of the request.
    private func failure(
        _ code: String, status: String = "403 Forbidden",
        _ message: @escaping @Sendable (ScriptedServer.Received, _ signature: String) -> String
    ) async throws -> (failure: TransferFailure?, signature: String) {
        let credentials = SessionCredentials(token: Self.token, secret: Self.secret)
        let server = try ScriptedServer(
            .choose { request in
                let body = #"{"message":"\#(message(request, signature(request)))"}"#
                return answer(status, "x-amzn-ErrorType: \(code)", body: body)
            })
        var caughtFailure: TransferFailure?
        try await withClient(server, credentials: credentials) { client in
            caughtFailure = await caught { try await client.transfer(request) }
        }
        return (caughtFailure, server.received.last.map(signature) ?? "")
    }

    @Test(arguments: ["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"])
    func `leaves out the canonical request that a refused signature is answered with`(
        _ code: String
    ) async throws {
        let sentence = "The request signature we calculated does not match. Check your key."
        for gap in [#"\n\n"#, " "] {
            let (failure, _) = try await failure(code) { request, _ in
                let token = request.headers["x-amz-security-token"] ?? ""
                return sentence + gap + "The Canonical String for this request should have been"
                    + #"\n'POST\n/contact/transfer\n\nx-amz-security-token:\#(token)\n'"#
            }
            #expect(failure?.code == code)
            #expect(failure?.message == sentence)
        }
    }

    @Test(arguments: ["403 Forbidden", "400 Bad Request", "500 Internal Server Error"])
    func `repeats neither token nor secret nor signature`(_ status: String) async throws {
        let (failure, signature) = try await failure("Echo", status: status) { request, signature in
            // JSON may write a slash so.
            let token = request.headers["x-amz-security-token"]?.replacing("/", with: #"\/"#) ?? ""
            return "token \(token), key \(Self.secret), Signature=\(signature)."
        }
        #expect(signature.count == 64)
        #expect(failure?.message == "token [removed], key [removed], Signature=[removed].")
    }

    @Test func `repeats no half of a token where a message is cut`() async throws {
        let (failure, _) = try await failure("Echo", status: "400 Bad Request") { request, _ in
            String(repeating: "x", count: 1000) + (request.headers["x-amz-security-token"] ?? "")
        }
        #expect(failure?.message.hasSuffix("xxx[removed]") == true)
    }

    @Test func `repeats no token in a code`() async throws {
        let (failure, _) = try await failure("Bad\(Self.token)", status: "400 Bad Request") {
            _, _ in "why"
        }
        #expect(failure?.code == "Bad[removed]")
    }

    /// What the places of credentials say when they are not whole, cannot be read, or have ended.
    @Test(arguments: [
        #"{"AccessKeyId": "A", "SecretAccessKey": "\#(secret)", "Token": "\#(token)"}"#,
        #"{"AccessKeyId": "A", "SecretAccessKey": "\#(secret)", "Token": "\#(token)", "#
            + #""Expiration": "\#(secret)"}"#,
        #"{"AccessKeyId": "A", "SecretAccessKey": "\#(secret) ", "Token": "\#(token)", "#
            + #""Expiration": "2026-11-22T15:08:07Z"}"#,
        #"{"AccessKeyId": "A", "SecretAccessKey": "\#(secret)", "Token": "\#(token)", "#
            + #""Expiration": "2020-11-22T15:08:07Z"}"#,
        #"{"AccessKeyId": "A", "SecretAccessKey": "\#(secret)", "Token": "\#(token)"#,
    ])
    func `repeats nothing of credentials that cannot be used`(_ body: String) async throws {
        let server = try ScriptedServer(
            .choose { request in
                answer("200 OK", body: request.requestLine.contains("/r ") ? body : "r")
            })
        defer { server.stop() }
        let home = try TemporaryHome()
        let program = home.path + "/print"
        try Data(body.replacing("Token", with: "SessionToken").utf8).write(
            to: URL(filePath: program))
        try home.write(config: "[profile p]\ncredential_process = cat \(program)\n")
        let metadata = [
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url, "AWS_EC2_METADATA_DISABLED": "false",
        ]
        let environments = [
            metadata, ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/r"],
            ["AWS_PROFILE": "p", "PATH": "/usr/bin:/bin"],
            [
                "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": Self.secret,
                "AWS_CREDENTIAL_EXPIRATION": Self.secret,
            ],
        ]
        for environment in environments {
            let cache = CredentialCache(
                CredentialChain.standard(
                    profile: nil, environment: home.environment(environment),
                    surroundings: fixedSurroundings()), now: { fixedNow })
            var said = ""
            do { said = "\(try await cache.credentials())" } catch {
                said = "\(error) \(error.code)"
            }
            #expect(!said.isEmpty)
            #expect(!said.contains(Self.secret) && !said.contains(Self.token.prefix(30)), "\(said)")
        }
    }
}

/// The signature that a request carries.
private func signature(_ request: ScriptedServer.Received) -> String {
    AuthorizationHeader(request.headers["authorization"] ?? "")?.signature ?? ""
}

/// Credentials of a session.
private struct SessionCredentials: CredentialProvider {
    let token: String
    let secret: String

    func credentials() -> FoundCredentials? {
        FoundCredentials(
            Credentials(accessKeyID: "AKID", secretAccessKey: secret, sessionToken: token),
            from: "the test")
    }
}
