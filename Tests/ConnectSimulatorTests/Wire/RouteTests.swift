import AWSSigning
import ConnectSimulator
import Testing

/// Which service a call of `/` is for.
struct RouteTests {
    @Test func `calls the service that the signature is scoped to`() async throws {
        try await visit { visitor in
            let target = "ServiceQuotasV20190624.GetServiceQuota"
            let quotas = Call.action("GetCallerIdentity").signed(service: "servicequotas")
            let answer = try await visitor.answer(to: quotas)
            #expect(answer.member("__type") == "UnknownOperationException")
            let tokens = Call.action("GetCallerIdentity").with("x-amz-target", target)
            let identity = try await visitor.answer(to: tokens.signed(service: "sts"))
            #expect(identity.status == 200)
            // Connect has nothing there.
            let connect = try await visitor.answer(to: Call.action("GetCallerIdentity").signed())
            #expect(connect.status == 404)
            let foreign = Call.action("GetCallerIdentity").signed(service: "s3")
            let refused = try await visitor.answer(to: foreign)
            #expect(refused.element("Code") == "SignatureDoesNotMatch")
        }
    }

    @Test func `takes the form for a sign where nobody signed`() async throws {
        try await visit { visitor in
            let tokens = try await visitor.answer(to: .action("GetCallerIdentity"))
            #expect(tokens.element("Code") == "MissingAuthenticationToken")
            let quotas = try await visitor.answer(
                to: .post("/", "{}", headers: [("x-amz-target", "ServiceQuotasV20190624.X")]))
            #expect(quotas.member("__type") == "MissingAuthenticationTokenException")
        }
    }

    @Test func `keeps Connect's paths apart from those that look like them`() async throws {
        try await visit { visitor in
            let connect = try await visitor.answer(
                to: Call.get("/contact-flows-summary/i").signed(by: SimulatorCredentials.denied))
            #expect(connect.status == 403)
            let container = try await visitor.answer(to: .get("/container/credentials?x=1"))
            #expect(container.status == 200)
        }
    }
}
