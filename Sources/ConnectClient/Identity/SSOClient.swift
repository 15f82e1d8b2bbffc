import AWSSigning
import FoundationEssentials
import TransferCore

/// IAM Identity Center: renews tokens, and gives a role's credentials for one. Called unsigned.
struct SSOClient: Sendable {
    private let portal: ServiceCaller
    private let tokens: ServiceCaller

    init(
        _ settings: ClientSettings, region: String, surroundings: ClientSurroundings
    ) throws(ConnectClientError) {
        func caller(_ service: AWSService) throws(ConnectClientError) -> ServiceCaller {
            ServiceCaller(
                service, region: region, endpoint: try settings.endpoint(of: service, in: region),
                credentials: nil, surroundings: surroundings)
        }
        portal = try caller(.sso)
        tokens = try caller(.ssoOIDC)
    }

    /// CreateToken with a refresh token (botocore, tokens.py).
    func renew(_ renewal: SSOToken.Renewal) async throws(TransferFailure) -> SSOTokenAnswer {
        let body = [
            "clientId": renewal.clientID, "clientSecret": renewal.clientSecret,
            "grantType": "refresh_token", "refreshToken": renewal.refreshToken,
        ]
        var call = try Call.post("/token", body, of: "a new token")
        call.secrets = [renewal.clientSecret, renewal.refreshToken]
        // Once: a refresh token may be used up by a call whose answer was lost.
        let response = try await tokens.answer(to: call)
        let answer = try? JSONDecoder().decode(SSOTokenAnswer.self, from: Data(response.body))
        // What it replaces is lost, so what cannot be used must not replace it.
        guard let answer, (0...SSOTokenAnswer.secondsMax).contains(answer.expiresIn),
            !answer.accessToken.isEmpty, answer.accessToken.isVisibleASCII,
            answer.refreshToken != ""
        else {
            throw .unreadable(response, "the new token")
        }
        return answer
    }

    /// GetRoleCredentials.
    func credentials(
        of role: SSOSettings, token: String
    ) async throws(TransferFailure) -> Credentials {
        var call = Call.get(
            ["federation", "credentials"],
            query: [("role_name", role.roleName), ("account_id", role.accountID)])
        call.headers = [("x-amz-sso_bearer_token", token)]
        call.secrets = [token]
        let response = try await Patience.answer(to: call, by: portal)
        let answer = try? JSONDecoder().decode(RoleAnswer.self, from: Data(response.body))
        guard let issued = answer?.roleCredentials,
            let end = Timestamp(writable: issued.expiration),
            let credentials = try? Credentials(
                accessKeyID: issued.accessKeyId, secretAccessKey: issued.secretAccessKey,
                sessionToken: issued.sessionToken, expirationMilliseconds: end.milliseconds,
                place: "SSO")
        else { throw .unreadable(response, "the role's credentials") }
        return credentials
    }

    private struct RoleAnswer: Decodable {
        struct Issued: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
            var sessionToken: String
            /// Milliseconds since 1970.
            var expiration: Int64
        }
        var roleCredentials: Issued
    }
}

/// What CreateToken answers.
struct SSOTokenAnswer: Decodable, Sendable {
    let accessToken: String
    /// Seconds.
    let expiresIn: Int64
    let refreshToken: String?

    /// A year: more is no length of a sign-in.
    static let secondsMax: Int64 = 366 * 86_400
}
