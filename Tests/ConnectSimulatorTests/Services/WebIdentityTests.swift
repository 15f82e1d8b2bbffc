import ConnectSimulator
import FoundationEssentials
import Testing

/// AssumeRoleWithWebIdentity, which nobody signs.
struct WebIdentityTests {
    /// A JSON web token with these claims.
    private func token(_ claims: String) -> String {
        let parts = ["{\"alg\":\"none\"}", claims, "signature"].map {
            Data($0.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
        }
        return parts.joined(separator: ".")
    }

    private func claims(
        issuer: String = "https://idp.example.com/a", audience: String = "\"sts.amazonaws.com\"",
        endsIn seconds: Int = 60
    ) -> String {
        "{\"iss\":\"\(issuer)\",\"sub\":\"pod\",\"aud\":\(audience),"
            + "\"exp\":\(1_795_348_800 + seconds)}"
    }

    private func call(_ token: String, role: String = operationsRole) -> Call {
        .action(
            "AssumeRoleWithWebIdentity",
            [("RoleArn", role), ("RoleSessionName", "pod"), ("WebIdentityToken", token)])
    }

    @Test func `gives a role for a token`() async throws {
        try await visit { visitor in
            for audience in ["\"sts.amazonaws.com\"", "[\"sts.amazonaws.com\"]"] {
                let answer = try await visitor.answer(
                    to: call(token(claims(audience: audience))))
                #expect(answer.status == 200)
                #expect(answer.element("SubjectFromWebIdentityToken") == "pod")
                #expect(answer.element("Audience") == "sts.amazonaws.com")
                let found = try await visitor.describe(by: try answer.credentials)
                #expect(found.status == 404)
            }
            let constant = try await visitor.answer(
                to: call(SimulatorCredentials.webIdentityToken))
            #expect(constant.status == 200)
        }
    }

    @Test(arguments: [
        ("-1e300", "ExpiredTokenException"), ("-1", "ExpiredTokenException"), ("1e300", nil),
        ("9223372036854775808", nil), ("1e999", "InvalidIdentityToken"),
        ("\"soon\"", "InvalidIdentityToken"),
    ])
    func `bears whatever a token says of its end`(end: String, code: String?) async throws {
        let claims = #"{"iss":"https://idp.example.com","sub":"pod","aud":"a","exp":\#(end)}"#
        try await visit { visitor in
            let answer = try await visitor.answer(to: call(token(claims)))
            #expect(answer.element("Code") == code)
        }
    }

    @Test func `says what is wrong with a token`() async throws {
        try await visit { visitor in
            let bad = [
                (token(claims(endsIn: 0)), 400, "ExpiredTokenException"),
                ("no token", 400, "InvalidIdentityToken"),
                (token("{}"), 400, "InvalidIdentityToken"),
                (token(claims(issuer: "https://idp.invalid/a")), 400, "IDPCommunicationError"),
                ("abc", 400, "ValidationError"),
            ]
            for (token, status, code) in bad {
                let answer = try await visitor.answer(to: call(token))
                #expect(answer.status == status)
                #expect(answer.element("Code") == code)
            }
            let denied = try await visitor.answer(
                to: call(token(claims()), role: "arn:aws:iam::111122223333:role/denied"))
            #expect(denied.status == 403)
            #expect(denied.element("Code") == "AccessDenied")
        }
    }
}
