import FoundationEssentials

/// IAM Identity Center's OIDC service: `POST /token`, which renews an access token; not signed.
struct SignInTokens: Sendable {
    private static let operation = "sso-oidc:CreateToken"
    /// "The refresh token … lasts as long as the session": 90 days is the longest.
    private static let refreshLifetime = Duration.seconds(90 * 86_400)
    private static let grant = "refresh_token"

    let keys: KeyRing

    func answer(to call: Call, requestID: SimulatedID, at now: Moment) -> ServiceAnswer {
        do {
            try check(call.body, at: now)
            let lifetime = keys.lifetime(SessionIssuer.lifetimeDefault)
            var answer = ServiceAnswer.json(
                Self.operation,
                TokenAnswer(
                    accessToken: keys.token(.access, for: lifetime, at: now),
                    expiresIn: lifetime.components.seconds,
                    refreshToken: keys.token(.refresh, for: Self.refreshLifetime, at: now)))
            answer.headers = [("x-amzn-RequestId", requestID.text)]
            return answer
        } catch {
            let words: [String: String] = [
                "error": Self.words(error.code), "error_description": error.message,
            ]
            return .restFault(Self.operation, error, words, requestID: requestID)
        }
    }

    private func check(_ body: [UInt8], at now: Moment) throws(ServiceFault) {
        let asked: TokenBody
        do {
            asked = try JSONDecoder().decode(TokenBody.self, from: Data(body))
        } catch {
            throw ServiceFault(
                400, "InvalidRequestException", "clientId, clientSecret or grantType is missing.")
        }
        guard !asked.clientId.isEmpty, !asked.clientSecret.isEmpty else {
            throw ServiceFault(401, "InvalidClientException", "Invalid client provided")
        }
        guard asked.grantType == Self.grant else {
            throw ServiceFault(
                400, "UnsupportedGrantTypeException", "Unsupported grant type provided")
        }
        guard let token = asked.refreshToken else {
            throw ServiceFault(400, "InvalidRequestException", "refreshToken is missing.")
        }
        switch keys.standing(ofToken: token, .refresh, at: now) {
        case .good: return
        case .expired: throw ServiceFault(400, "ExpiredTokenException", "Token has expired")
        case .revoked, nil:
            throw ServiceFault(400, "InvalidGrantException", "Invalid refresh token provided")
        }
    }

    /// The name of an error by OAuth (RFC 6749, section 5.2): `InvalidGrantException` is
    /// `invalid_grant`.
    private static func words(_ code: String) -> String {
        var words = ""
        for letter in code.replacing("Exception", with: "") {
            if letter.isUppercase, !words.isEmpty { words += "_" }
            words += letter.lowercased()
        }
        return words
    }
}

private struct TokenBody: Decodable {
    let clientId: String
    let clientSecret: String
    let grantType: String
    let refreshToken: String?
}

private struct TokenAnswer: Encodable {
    let accessToken: String
    let tokenType = "Bearer"
    /// Seconds.
    let expiresIn: Int64
    let refreshToken: String
}
