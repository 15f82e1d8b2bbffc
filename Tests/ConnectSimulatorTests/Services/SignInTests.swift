import AWSSigning
import ConnectSimulator
import Testing

/// IAM Identity Center: the portal's credentials and the token service's tokens.
struct SignInTests {
    private func credentials(
        _ visitor: Visitor, token: String? = SimulatorCredentials.ssoAccessToken,
        role: String = "Operator", account: String = "111122223333"
    ) async throws -> HTTPConnection.Answer {
        let call = Call.get("/federation/credentials?role_name=\(role)&account_id=\(account)")
        return try await visitor.answer(
            to: token.map { call.with("x-amz-sso_bearer_token", $0) } ?? call)
    }

    private func renewal(
        _ visitor: Visitor, token: String = SimulatorCredentials.ssoRefreshToken,
        grant: String = "refresh_token", client: String = "c"
    ) async throws -> HTTPConnection.Answer {
        try await visitor.answer(
            to: .post(
                "/token",
                "{\"clientId\":\"\(client)\",\"clientSecret\":\"s\",\"grantType\":\"\(grant)\","
                    + "\"refreshToken\":\"\(token)\"}"))
    }

    @Test func `gives a role's credentials for a token`() async throws {
        try await visit { visitor in
            let answer = try await credentials(visitor)
            #expect(answer.status == 200)
            #expect(answer.member("expiration") == "1795352400000")
            let role = Credentials(
                accessKeyID: try #require(answer.member("accessKeyId")),
                secretAccessKey: try #require(answer.member("secretAccessKey")),
                sessionToken: answer.member("sessionToken"))
            let identity = try await visitor.action("GetCallerIdentity", by: role)
            let prefix = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_"
            #expect(identity.element("Arn")?.hasPrefix(prefix) == true)
        }
    }

    @Test func `turns bad tokens and unknown roles away`() async throws {
        try await visit { visitor in
            let refusals = [
                (try await credentials(visitor, token: "other"), 401, "UnauthorizedException"),
                (try await credentials(visitor, token: nil), 400, "InvalidRequestException"),
                (
                    try await credentials(visitor, account: "999988887777"), 404,
                    "ResourceNotFoundException"
                ),
                (try await credentials(visitor, role: "denied"), 403, "ForbiddenException"),
            ]
            for (answer, status, code) in refusals {
                #expect(answer.status == status)
                #expect(answer.headers["x-amzn-errortype"] == code)
                #expect(answer.member("message")?.isEmpty == false)
            }
        }
    }

    @Test func `renews a token, again and again, and ends each in its time`() async throws {
        try await visit { options in
            options.access.sessionLifetime = .seconds(5)
        } _: { visitor in
            let first = try await renewal(visitor)
            #expect(first.status == 200)
            #expect(first.member("tokenType") == "Bearer")
            #expect(first.member("expiresIn") == "5")
            let refresh = try #require(first.member("refreshToken"))
            visitor.clock.advance(by: .seconds(5))
            let late = try await credentials(visitor, token: first.member("accessToken"))
            #expect(late.status == 401)
            let second = try await renewal(visitor, token: refresh)
            let again = try await credentials(visitor, token: second.member("accessToken"))
            #expect(again.status == 200)
            // An access token renews nothing.
            let access = try #require(second.member("accessToken"))
            let wrong = try await renewal(visitor, token: access)
            #expect(wrong.headers["x-amzn-errortype"] == "InvalidGrantException")
        }
    }

    @Test func `says by OAuth's names why it renews nothing`() async throws {
        try await visit { options in
            options.access.staticLifetime = .seconds(10)
        } _: { visitor in
            let refusals = [
                (try await renewal(visitor, token: "x"), 400, "invalid_grant"),
                (try await renewal(visitor, grant: "code"), 400, "unsupported_grant_type"),
                (try await renewal(visitor, client: ""), 401, "invalid_client"),
                (try await visitor.answer(to: .post("/token", "[]")), 400, "invalid_request"),
            ]
            for (answer, status, error) in refusals {
                #expect(answer.status == status)
                #expect(answer.member("error") == error)
            }
            visitor.clock.advance(by: .seconds(10))
            let expired = try await renewal(visitor)
            #expect(expired.status == 400)
            #expect(expired.headers["x-amzn-errortype"] == "ExpiredTokenException")
            #expect(expired.member("error") == "expired_token")
            let portal = try await credentials(visitor)
            #expect(portal.status == 401)
        }
    }
}
