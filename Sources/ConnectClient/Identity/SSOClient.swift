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
        guard let json = try? JSONEncoder().encode(body) else {
            throw TransferFailure(
                code: "RequestNotEncodable",
                message: "The request for a new token cannot be written as JSON.",
                advice: .permanent)
        }
        // Once: a refresh token may be used up by a call whose answer was lost.
        let response = try await tokens.answer(
            to: Call(
                method: "POST", path: "/token", headers: [("Content-Type", "application/json")],
                body: Array(json), secrets: [renewal.clientSecret, renewal.refreshToken]))
        let answer = try? JSONDecoder().decode(SSOTokenAnswer.self, from: Data(response.body))
        guard let answer, (0...SSOTokenAnswer.secondsMax).contains(answer.expiresIn) else {
            throw .unreadable(response, "the new token")
        }
        return answer
    }

    /// GetRoleCredentials.
    func credentials(
        of role: SSOSettings, token: String
    ) async throws(TransferFailure) -> Credentials {
        let query =
            "role_name=\(PercentEncoding.encoded(role.roleName))"
            + "&account_id=\(PercentEncoding.encoded(role.accountID))"
        let call = Call(
            method: "GET", path: "/federation/credentials", query: query,
            headers: [("x-amz-sso_bearer_token", token)], secrets: [token])
        let response = try await Patience.answer(to: call, by: portal)
        let answer = try? JSONDecoder().decode(RoleAnswer.self, from: Data(response.body))
        guard let issued = answer?.roleCredentials,
            let credentials = try? Credentials(
                accessKeyID: issued.accessKeyId, secretAccessKey: issued.secretAccessKey,
                sessionToken: issued.sessionToken, expirationMilliseconds: issued.expiration,
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
