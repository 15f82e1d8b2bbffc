import ConnectClient
import TestSupport
import Testing

/// What STS answers where it gives credentials.
func issued(_ operation: String, _ id: String, until end: String = "2026-11-22T10:08:07Z") -> String
{
    answer(
        "200 OK", "Content-Type: text/xml",
        body: """
            <\(operation)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <\(operation)Result>
                <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser>
                <Credentials>
                  <AccessKeyId>\(id)</AccessKeyId>
                  <SecretAccessKey>secret/of&#x2B;\(id)</SecretAccessKey>
                  <SessionToken>token-of-\(id)</SessionToken>
                  <Expiration>\(end)</Expiration>
                </Credentials>
              </\(operation)Result>
              <ResponseMetadata><RequestId>q-1</RequestId></ResponseMetadata>
            </\(operation)Response>
            """)
}

/// What STS answers where it refuses.
func refused(_ code: String, _ message: String, status: String = "403 Forbidden") -> String {
    answer(
        status, "Content-Type: text/xml",
        body: """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
            <Type>Sender</Type><Code>\(code)</Code><Message>\(message)</Message>
            </Error><RequestId>q-2</RequestId></ErrorResponse>
            """)
}

/// A home with shared files, and the services of AWS that answer there: one server for all.
struct Surroundings {
    let home: TemporaryHome
    let server: ScriptedServer
    var variables: [String: String] = [:]
    var askForCode: ClientSurroundings.AskForCode = { _ in nil }

    init(config: String? = nil, credentials: String? = nil, _ server: ScriptedServer) throws {
        home = try TemporaryHome(config: config, credentials: credentials)
        self.server = server
    }

    var environment: [String: String] {
        home.environment(
            variables.merging(["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url]) {
                given, _ in given
            })
    }

    /// The chain that a command would ask.
    func chain(_ profile: String? = nil) -> CredentialChain {
        CredentialChain.standard(
            profile: profile, environment: environment,
            surroundings: ClientSurroundings(
                limits: TransportLimits(), version: "1.2.3", now: { fixedNow },
                askForCode: askForCode))
    }

    /// The error that a search ends with.
    func error(_ profile: String? = nil) async -> ConnectClientError? {
        let chain = chain(profile)
        return await #expect(throws: ConnectClientError.self) { try await chain.credentials() }
    }

    /// What came, body by body.
    var bodies: [String] { server.received.map(\.body) }
    /// The ids of the keys that signed what came; empty where nothing did.
    var signers: [String] {
        server.received.map { request in
            let authorization = request.headers["authorization"] ?? ""
            return String(
                authorization.drop { $0 != "=" }.dropFirst().prefix { $0 != "/" })
        }
    }
}
