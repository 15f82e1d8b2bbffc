import AWSSigning
import ConnectSimulator
import Testing

/// Service Quotas: what rate the account has.
struct QuotaServiceTests {
    private func answer(
        _ visitor: Visitor, code: String = "L-43B4F8CE", service: String = "connect",
        target: String = "GetServiceQuota",
        by credentials: Credentials = SimulatorCredentials.allowed
    ) async throws -> HTTPConnection.Answer {
        let call = Call.post(
            "/", "{\"ServiceCode\":\"\(service)\",\"QuotaCode\":\"\(code)\"}",
            headers: [
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "ServiceQuotasV20190624.\(target)"),
            ])
        return try await visitor.answer(
            to: call.signed(by: credentials, at: visitor.clock.now, service: "servicequotas"))
    }

    @Test func `gives the rate that the simulator has`() async throws {
        try await visit { options in
            options.quotas = [.transferContact: Quota(ratePerSecond: 7.5, burst: 9)]
        } _: { visitor in
            let own = try await answer(visitor)
            #expect(own.status == 200)
            #expect(own.headers["content-type"] == "application/x-amz-json-1.1")
            #expect(own.member("Value") == "7.5")
            #expect(own.member("QuotaName") == "Rate of TransferContact API requests")
            #expect(own.member("ServiceCode") == "connect")
            let documented = try await answer(visitor, code: "L-371095B8")
            #expect(documented.member("Value") == "10")
            // The operation is none of the simulator's, its quota is known all the same.
            let other = try await answer(visitor, code: "L-ED2B0490")
            #expect(other.member("Value") == "5")
            // Another account's quota is not the one that was raised here.
            let stranger = try await visitor.role("arn:aws:iam::999988887777:role/operations")
            let theirs = try await answer(visitor, by: stranger)
            #expect(theirs.member("Value") == "2")
        }
    }

    @Test func `refuses in the form of JSON 1.1`() async throws {
        try await visit { visitor in
            let wrong = Credentials(
                accessKeyID: SimulatorCredentials.allowed.accessKeyID, secretAccessKey: "s")
            let refusals = [
                (try await answer(visitor, code: "L-0"), "NoSuchResourceException"),
                (try await answer(visitor, service: "ec2"), "NoSuchResourceException"),
                (try await answer(visitor, target: "Nothing"), "UnknownOperationException"),
                (
                    try await answer(visitor, by: SimulatorCredentials.denied),
                    "AccessDeniedException"
                ),
                (try await answer(visitor, by: wrong), "InvalidSignatureException"),
            ]
            for (answer, code) in refusals {
                #expect(answer.status == 400)
                #expect(answer.member("__type") == code)
            }
        }
    }
}
