import AWSSigning
import ConnectSimulator
import Testing

/// What steers the simulator while it runs.
struct ControlDeskTests {
    private let key = SimulatorCredentials.allowed.accessKeyID

    private func code(_ visitor: Visitor) async throws -> String? {
        try await visitor.action("GetCallerIdentity").element("Code")
    }

    @Test func `revokes, expires and restores a key`() async throws {
        try await visit { visitor in
            let body = "{\"accessKeyId\":\"\(key)\"}"
            for (order, expected) in [
                ("revoke", "InvalidClientTokenId"), ("expire", "ExpiredToken"),
            ] {
                let answer = try await visitor.answer(to: .post("/simulator/\(order)", body))
                #expect(answer.status == 200)
                let refused = try await code(visitor)
                #expect(refused == expected)
                let role = try await visitor.action(
                    "GetCallerIdentity", by: SimulatorCredentials.denied)
                #expect(role.status == 200)
            }
            _ = try await visitor.answer(to: .post("/simulator/restore", ""))
            let restored = try await code(visitor)
            #expect(restored == nil)
        }
    }

    @Test func `ends all that was given out until then, and nothing else`() async throws {
        try await visit { visitor in
            let old = try await visitor.role()
            _ = try await visitor.answer(to: .post("/simulator/expire", "{}"))
            let refused = try await visitor.action("GetCallerIdentity", by: old)
            #expect(refused.element("Code") == "ExpiredToken")
            visitor.clock.advance(by: .seconds(1))
            let new = try await visitor.role()
            let answer = try await visitor.action("GetCallerIdentity", by: new)
            #expect(answer.status == 200)
        }
    }

    @Test func `changes a quota, for the calls and for who asks how great it is`() async throws {
        try await visit { visitor in
            func describe() async throws -> Int {
                try await visitor.describe(by: SimulatorCredentials.allowed).status
            }
            let order = "{\"operation\":\"DescribeContact\",\"rate\":3,\"burst\":2}"
            let answer = try await visitor.answer(to: .post("/simulator/quota", order))
            #expect(answer.status == 200)
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await describe()) }
            #expect(statuses == [404, 404, 429])
            let asked = Call.post(
                "/", "{\"ServiceCode\":\"connect\",\"QuotaCode\":\"L-371095B8\"}",
                headers: [("x-amz-target", "ServiceQuotasV20190624.GetServiceQuota")])
            let told = try await visitor.answer(
                to: asked.signed(at: visitor.clock.now, service: "servicequotas"))
            #expect(told.member("Value") == "3")
            for body in [
                "", "{\"operation\":\"No\",\"rate\":3,\"burst\":2}",
                "{\"operation\":\"DescribeContact\",\"rate\":-1,\"burst\":2}",
            ] {
                let refused = try await visitor.answer(to: .post("/simulator/quota", body))
                #expect(refused.status == 400)
            }
        }
    }

    @Test func `takes an operation from everybody's role, and gives it back`() async throws {
        try await visit { visitor in
            func statuses() async throws -> [Int] {
                let described = try await visitor.describe(by: SimulatorCredentials.allowed)
                let who = try await visitor.action(
                    "GetCallerIdentity", by: SimulatorCredentials.allowed)
                return [described.status, who.status]
            }
            let order = "{\"operation\":\"DescribeContact\"}"
            for (path, expected) in [("deny", 403), ("allow", 404)] {
                let answer = try await visitor.answer(to: .post("/simulator/\(path)", order))
                #expect(answer.status == 200)
                #expect(try await statuses() == [expected, 200])
                let wrong = try await visitor.answer(
                    to: .post("/simulator/\(path)", "{\"operation\":\"No\"}"))
                #expect(wrong.status == 400)
            }
        }
    }

    @Test func `knows no other order`() async throws {
        try await visit { visitor in
            let unreadable = try await visitor.answer(to: .post("/simulator/revoke", "["))
            #expect(unreadable.status == 400)
            let unknown = try await visitor.answer(to: .post("/simulator/other", ""))
            #expect(unknown.status == 404)
            let get = try await visitor.answer(to: .get("/simulator/revoke"))
            #expect(get.status == 404)
        }
    }

    @Test func `lets the static key expire`() async throws {
        try await visit { options in
            options.access.staticLifetime = .seconds(30)
        } _: { visitor in
            let role = try await visitor.role()
            visitor.clock.advance(by: .seconds(29))
            let before = try await code(visitor)
            #expect(before == nil)
            visitor.clock.advance(by: .seconds(1))
            let after = try await code(visitor)
            #expect(after == "ExpiredToken")
            // What it opened before stays open.
            let answer = try await visitor.action("GetCallerIdentity", by: role)
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: [
        (
            600,
            "Signature expired: 20261122T120000Z is now earlier than 20261122T120500Z "
                + "(20261122T121000Z - 5 min.)"
        ),
        (
            -600,
            "Signature not yet current: 20261122T120000Z is still later than 20261122T115500Z "
                + "(20261122T115000Z + 5 min.)"
        ),
    ])
    func `refuses the right time where its own clock is wrong`(
        skew: Int, message: String
    ) async throws {
        try await visit { options in
            options.clockSkew = .seconds(skew)
        } _: { visitor in
            let answer = try await visitor.describe(by: SimulatorCredentials.allowed)
            #expect(answer.status == 403)
            #expect(
                answer.headers["x-amzn-errortype"]?.hasPrefix("InvalidSignatureException:") == true)
            #expect(answer.member("Message") == message)
            let time = skew > 0 ? "12:10:00" : "11:50:00"
            #expect(answer.headers["date"] == "Sun, 22 Nov 2026 \(time) GMT")
            let identity = try await visitor.action("GetCallerIdentity")
            #expect(identity.element("Code") == "SignatureDoesNotMatch")
            #expect(identity.element("Message") == message)
            // Who signs by the date of the answer comes in.
            let right = Call.action("GetCallerIdentity").signed(
                at: noon + .seconds(skew), service: "sts")
            let corrected = try await visitor.answer(to: right)
            #expect(corrected.status == 200)
        }
    }
}
