import AWSSigning
import ConnectSimulator
import Testing

/// What containers and instances ask their own machine for.
struct MachineCredentialsTests {
    private func credentials(_ answer: HTTPConnection.Answer) throws -> Credentials {
        Credentials(
            accessKeyID: try #require(answer.member("AccessKeyId")),
            secretAccessKey: try #require(answer.member("SecretAccessKey")),
            sessionToken: answer.member("Token"))
    }

    @Test func `gives a container its role's credentials`() async throws {
        try await visit { visitor in
            let answer = try await visitor.answer(to: .get("/container/credentials"))
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.member("Expiration") == "2026-11-22T13:00:00Z")
            let identity = try await visitor.action(
                "GetCallerIdentity", by: try credentials(answer))
            #expect(
                identity.element("Arn")
                    == "arn:aws:sts::111122223333:assumed-role/baton-task-role/task")
        }
    }

    @Test func `wants the container's token where one is set`() async throws {
        try await visit { options in
            options.access.containerToken = "Bearer t"
        } _: { visitor in
            let call = Call.get("/container/credentials")
            let good = try await visitor.answer(to: call.with("Authorization", "Bearer t"))
            #expect(good.status == 200)
            for bad in [call, call.with("Authorization", "t")] {
                let answer = try await visitor.answer(to: bad)
                #expect(answer.status == 401)
                #expect(answer.member("HTTPErrorCode") == "401")
                #expect(answer.member("AccessKeyId") == nil)
            }
        }
    }

    private let tokenHeader = "x-aws-ec2-metadata-token"
    private let ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds"

    private func token(_ seconds: String) -> Call {
        var call = Call.get("/latest/api/token").with(ttlHeader, seconds)
        call.method = "PUT"
        return call
    }

    @Test func `opens an instance's metadata with a token, until that ends`() async throws {
        try await visit { visitor in
            let token = try await visitor.answer(to: token("60"))
            #expect(token.status == 200)
            #expect(token.headers[ttlHeader] == "60")
            let get = { (path: String) in
                try await visitor.answer(
                    to: Call.get("/latest/\(path)").with(tokenHeader, token.body))
            }
            let role = try await get("meta-data/iam/security-credentials/")
            #expect(role.body == "baton-instance-role")
            #expect(role.headers["content-type"] == "text/plain")
            let answer = try await get("meta-data/iam/security-credentials/\(role.body)")
            #expect(answer.member("Code") == "Success")
            let found = try await visitor.describe(by: try credentials(answer))
            #expect(found.status == 404)
            let zone = try await get("meta-data/placement/availability-zone/")
            #expect(zone.body == "us-east-1a")
            let region = try await get("meta-data/placement/region")
            #expect(region.body == "us-east-1")
            let document = try await get("dynamic/instance-identity/document")
            #expect(document.member("accountId") == "111122223333")
            let other = try await get("meta-data/iam/security-credentials/other")
            #expect(other.status == 404)
            visitor.clock.advance(by: .seconds(60))
            let late = try await get("meta-data/placement/region")
            #expect(late.status == 401)
        }
    }

    @Test func `gives no token that was not asked for as it must be`() async throws {
        try await visit { visitor in
            for seconds in ["0", "21601", "x", ""] {
                let answer = try await visitor.answer(to: token(seconds))
                #expect(answer.status == 400)
            }
            let forwarded = try await visitor.answer(
                to: token("60").with("X-Forwarded-For", "192.0.2.1"))
            #expect(forwarded.status == 403)
            let bare = try await visitor.answer(
                to: .get("/latest/meta-data/iam/security-credentials/"))
            #expect(bare.status == 401)
            let made = try await visitor.answer(
                to: Call.get("/latest/meta-data/placement/region").with(tokenHeader, "made-up"))
            #expect(made.status == 401)
        }
    }

    @Test func `shuts the metadata`() async throws {
        try await visit { options in
            options.access.metadataIsDisabled = true
        } _: { visitor in
            let answer = try await visitor.answer(to: token("60"))
            #expect(answer.status == 403)
        }
    }
}
