import AWSSigning
import ConnectSimulator
import Testing

/// STS: who one is, and roles to assume.
struct TokenServiceTests {
    @Test func `says whose key it is, the denied one's too`() async throws {
        try await visit { visitor in
            let answer = try await visitor.action("GetCallerIdentity")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/xml")
            #expect(answer.element("Arn") == "arn:aws:iam::111122223333:user/operations")
            #expect(answer.element("Account") == "111122223333")
            #expect(answer.element("UserId")?.hasPrefix("AIDA") == true)
            #expect(answer.element("RequestId") == answer.headers["x-amzn-requestid"])
            let denied = try await visitor.action(
                "GetCallerIdentity", by: SimulatorCredentials.denied)
            #expect(denied.element("Arn") == "arn:aws:iam::111122223333:user/denied")
        }
    }

    @Test func `says nothing back that is no XML`() async throws {
        try await visit { visitor in
            let answer = try await visitor.action(
                "AssumeRole",
                [("RoleArn", operationsRole), ("RoleSessionName", "<a>\u{1}&\u{FFFF}")])
            #expect(answer.element("Code") == "ValidationError")
            #expect(answer.element("Message")?.contains("&lt;a&gt;\u{FFFD}&amp;\u{FFFD}") == true)
        }
    }

    @Test func `gives a role that opens Connect, under the role's name`() async throws {
        try await visit { visitor in
            let answer = try await visitor.action(
                "AssumeRole",
                [
                    ("RoleArn", operationsRole), ("RoleSessionName", "night"),
                    ("DurationSeconds", "900"),
                ])
            #expect(answer.status == 200)
            // The path of a role is no part of its sessions' names.
            let arn = "arn:aws:sts::111122223333:assumed-role/operations/night"
            #expect(answer.element("Arn") == arn)
            #expect(answer.element("Expiration") == "2026-11-22T12:15:00Z")
            let credentials = try answer.credentials
            #expect(credentials.accessKeyID.hasPrefix("ASIA"))
            let identity = try await visitor.action("GetCallerIdentity", by: credentials)
            #expect(identity.element("Arn") == arn)
            #expect(identity.element("UserId") == answer.element("AssumedRoleId"))
            let found = try await visitor.describe(by: credentials)
            #expect(found.status == 404)
        }
    }

    @Test func `lasts an hour where nobody asks, and as long as the simulator is told`()
        async throws
    {
        let fields = [("RoleArn", operationsRole), ("RoleSessionName", "night")]
        try await visit { visitor in
            let answer = try await visitor.action("AssumeRole", fields)
            #expect(answer.element("Expiration") == "2026-11-22T13:00:00Z")
        }
        try await visit { options in
            options.access.sessionLifetime = .seconds(3)
        } _: { visitor in
            let answer = try await visitor.action(
                "AssumeRole", fields + [("DurationSeconds", "43200")])
            #expect(answer.element("Expiration") == "2026-11-22T12:00:03Z")
        }
    }

    @Test func `refuses credentials from the moment they expire`() async throws {
        try await visit { visitor in
            let credentials = try await visitor.role()
            visitor.clock.advance(by: .milliseconds(3_599_999))
            let before = try await visitor.describe(by: credentials)
            #expect(before.status == 404)
            visitor.clock.advance(by: .milliseconds(1))
            let after = try await visitor.describe(by: credentials)
            #expect(after.status == 403)
            #expect(after.headers["x-amzn-errortype"]?.hasPrefix("ExpiredTokenException:") == true)
            #expect(
                after.member("Message")
                    == "The security token included in the request is expired")
            let identity = try await visitor.action("GetCallerIdentity", by: credentials)
            #expect(identity.status == 403)
            #expect(identity.element("Code") == "ExpiredToken")
        }
    }

    @Test func `refuses tokens that were changed or belong to another key`() async throws {
        try await visit { visitor in
            let one = try await visitor.role()
            let two = try await visitor.role()
            #expect(one.accessKeyID != two.accessKeyID)
            let token = try #require(one.sessionToken)
            let changed = Credentials(
                accessKeyID: one.accessKeyID, secretAccessKey: one.secretAccessKey,
                sessionToken: (token.first == "A" ? "B" : "A") + token.dropFirst())
            let mixed = Credentials(
                accessKeyID: one.accessKeyID, secretAccessKey: one.secretAccessKey,
                sessionToken: two.sessionToken)
            let bare = Credentials(
                accessKeyID: one.accessKeyID, secretAccessKey: one.secretAccessKey)
            for credentials in [changed, mixed, bare] {
                let answer = try await visitor.describe(by: credentials)
                #expect(answer.status == 403)
                let type = answer.headers["x-amzn-errortype"]
                #expect(type?.hasPrefix("UnrecognizedClientException:") == true)
                let identity = try await visitor.action("GetCallerIdentity", by: credentials)
                #expect(identity.element("Code") == "InvalidClientTokenId")
            }
            let forged = Credentials(
                accessKeyID: one.accessKeyID, secretAccessKey: "s", sessionToken: token)
            let answer = try await visitor.action("GetCallerIdentity", by: forged)
            #expect(answer.element("Code") == "SignatureDoesNotMatch")
        }
    }

    @Test func `knows what it gave out after it was started again`() async throws {
        var kept: Credentials?
        try await visit { kept = try await $0.role() }
        let credentials = try #require(kept)
        try await visit { visitor in
            let answer = try await visitor.describe(by: credentials)
            #expect(answer.status == 404)
        }
        // Another seed is another world.
        try await visit { options in
            options.world.seed += 1
        } _: { visitor in
            let answer = try await visitor.describe(by: credentials)
            #expect(answer.status == 403)
        }
    }

    @Test(arguments: [
        [("RoleArn", operationsRole)], [("RoleArn", operationsRole), ("RoleSessionName", "a")],
        [("RoleArn", operationsRole), ("RoleSessionName", String(repeating: "a", count: 65))],
        [("RoleArn", operationsRole), ("RoleSessionName", "a b")], [("RoleSessionName", "night")],
        [("RoleArn", "arn:aws:iam::111122223333:user/operations"), ("RoleSessionName", "night")],
        [("RoleArn", "arn:aws:iam::1:role/r"), ("RoleSessionName", "night")],
        [("RoleArn", operationsRole), ("RoleSessionName", "night"), ("DurationSeconds", "899")],
        [("RoleArn", operationsRole), ("RoleSessionName", "night"), ("DurationSeconds", "43201")],
        [("RoleArn", operationsRole), ("RoleSessionName", "night"), ("ExternalId", "x")],
    ])
    func `refuses what the model does not allow`(fields: [(String, String)]) async throws {
        try await visit { visitor in
            let answer = try await visitor.action("AssumeRole", fields)
            #expect(answer.status == 400)
            #expect(answer.element("Code") == "ValidationError")
            #expect(answer.element("Type") == "Sender")
        }
    }

    @Test func `wants the external id and the device's code where they are set`() async throws {
        try await visit { options in
            options.access.externalID = "ticket/7"
            options.access.mfaCode = "123456"
        } _: { visitor in
            let base = [("RoleArn", operationsRole), ("RoleSessionName", "night")]
            let external = ("ExternalId", "ticket/7")
            let device = ("SerialNumber", "arn:aws:iam::111122223333:mfa/me")
            let good = try await visitor.action(
                "AssumeRole", base + [external, device, ("TokenCode", "123456")])
            #expect(good.status == 200)
            let bad: [[(String, String)]] = [
                [external], [device, ("TokenCode", "123456")], [external, device],
                [external, device, ("TokenCode", "000000")],
                [("ExternalId", "other"), device, ("TokenCode", "123456")],
            ]
            for fields in bad {
                let answer = try await visitor.action("AssumeRole", base + fields)
                #expect(answer.status == 403)
                #expect(answer.element("Code") == "AccessDenied")
                #expect(answer.element("SessionToken") == nil)
            }
        }
    }

    @Test func `denies the role that is named so, and the key that may do nothing`() async throws {
        try await visit { visitor in
            let fields = [("RoleSessionName", "night")]
            let denied = ("RoleArn", "arn:aws:iam::111122223333:role/denied")
            let role = try await visitor.action("AssumeRole", fields + [denied])
            #expect(role.element("Code") == "AccessDenied")
            #expect(
                role.element("Message")
                    == "User: arn:aws:iam::111122223333:user/operations is not authorized to "
                    + "perform: sts:AssumeRole on resource: \(denied.1)")
            let key = try await visitor.action(
                "AssumeRole", fields + [("RoleArn", operationsRole)],
                by: SimulatorCredentials.denied)
            #expect(key.element("Code") == "AccessDenied")
        }
    }

    @Test func `gives a role of a role for an hour at most`() async throws {
        try await visit { visitor in
            let first = try await visitor.role()
            _ = try await visitor.role("arn:aws:iam::111122223333:role/second", by: first)
            let answer = try await visitor.action(
                "AssumeRole",
                [
                    ("RoleArn", operationsRole), ("RoleSessionName", "night"),
                    ("DurationSeconds", "3601"),
                ],
                by: first)
            #expect(answer.element("Code") == "ValidationError")
        }
    }

    @Test func `lets roles of other accounts be, and denies them the instance`() async throws {
        try await visit { options in
            options.quotas[.describeContact] = Quota(ratePerSecond: 1, burst: 1)
        } _: { visitor in
            let stranger = try await visitor.role("arn:aws:iam::999988887777:role/operations")
            let identity = try await visitor.action("GetCallerIdentity", by: stranger)
            #expect(identity.element("Account") == "999988887777")
            for _ in 0..<3 {
                let answer = try await visitor.describe(by: stranger)
                #expect(answer.status == 403)
                let type = answer.headers["x-amzn-errortype"]
                #expect(type?.hasPrefix("AccessDeniedException:") == true)
            }
            // They spent none of the account's quota; a role of the account shares it.
            let own = try await visitor.role()
            let first = try await visitor.describe(by: own)
            #expect(first.status == 404)
            let second = try await visitor.describe(by: SimulatorCredentials.allowed)
            #expect(second.status == 429)
        }
    }

    @Test func `takes its own Region and that of the global endpoint`() async throws {
        try await visit { options in
            options.world.region = "eu-west-2"
        } _: { visitor in
            for region in ["eu-west-2", "us-east-1"] {
                let answer = try await visitor.action("GetCallerIdentity", region: region)
                #expect(answer.status == 200)
            }
            let answer = try await visitor.action("GetCallerIdentity", region: "us-west-2")
            #expect(answer.status == 403)
            #expect(answer.element("Code") == "SignatureDoesNotMatch")
        }
    }

    @Test func `has no other action, and none without a name`() async throws {
        try await visit { visitor in
            let other = try await visitor.action("GetSessionToken")
            #expect(other.status == 400)
            #expect(other.element("Code") == "InvalidAction")
            let unsigned = try await visitor.answer(to: .action("GetCallerIdentity"))
            #expect(unsigned.status == 403)
            #expect(unsigned.element("Code") == "MissingAuthenticationToken")
            let empty = try await visitor.answer(to: .post("/", ""))
            #expect(empty.element("Code") == "MissingAction")
        }
    }

    @Test func `is counted by its actions, and has no quota`() async throws {
        try await visit { options in
            options.quotas[.transferContact] = Quota(ratePerSecond: 1, burst: 1)
        } _: { visitor in
            for _ in 0..<10 { _ = try await visitor.role() }
            _ = try await visitor.action(
                "AssumeRole",
                [
                    ("RoleArn", "arn:aws:iam::111122223333:role/denied"),
                    ("RoleSessionName", "night"),
                ])
            let stats = try await visitor.answer(to: .get("/simulator/stats"))
            #expect(
                stats.body.contains(
                    "\"sts:AssumeRole\":{\"received\":11,\"succeeded\":10,\"throttled\":0}"))
            #expect(stats.body.contains("\"AccessDenied\":1"))
        }
    }
}
