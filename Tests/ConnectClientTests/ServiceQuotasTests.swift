import ConnectClient
import TestSupport
import Testing
import TransferCore

/// Service Quotas over a socket: JSON 1.1.
struct ServiceQuotasTests {
    private func asked(
        _ operation: TransferCore.Operation, answering response: String,
        _ body: (ServiceQuotas) async throws -> Void
    ) async throws -> [ScriptedServer.Received] {
        let server = try ScriptedServer(.send(response))
        defer { server.stop() }
        try await body(
            ServiceQuotas(
                configuration: ClientConfiguration(
                    region: "us-east-1", endpoint: try Endpoint(server.url)),
                credentials: ListedCredentials("AKID"), surroundings: fixedSurroundings()))
        return server.received
    }

    @Test func `asks for the rate of transfers as AWS's clients do`() async throws {
        let body = #"{"Quota":{"QuotaCode":"L-43B4F8CE","Value":4.0,"Unit":"None","New":{}}}"#
        let response = answer("200 OK", "x-amzn-RequestId: r1", body: body)
        let received = try await asked(.transferContact, answering: response) { quotas in
            let answer = try await quotas.ratePerSecond(of: .transferContact)
            #expect(answer.value == 4)
            #expect(answer.requestID == "r1")
        }
        let sent = try #require(received.first)
        #expect(sent.requestLine == "POST / HTTP/1.1")
        #expect(sent.headers["content-type"] == "application/x-amz-json-1.1")
        #expect(
            sent.headers["x-amz-target"] == "ServiceQuotasV20190624.GetServiceQuota")
        #expect(sent.body == #"{"QuotaCode":"L-43B4F8CE","ServiceCode":"connect"}"#)
        #expect(
            sent.headers["authorization"]?.contains(
                "/servicequotas/aws4_request, SignedHeaders=content-type;host;x-amz-date;"
                    + "x-amz-target,") == true)
    }

    @Test(arguments: [
        (#"{"Value":2}"#, 2),
        (#"{"Value":120,"Period":{"PeriodValue":1,"PeriodUnit":"MINUTE"}}"#, 2),
        (#"{"Value":10,"Period":{"PeriodValue":5,"PeriodUnit":"SECOND"}}"#, 2),
        (#"{"Value":0.5,"Period":{}}"#, 0.5), (#"{"Value":0}"#, nil), (#"{"Value":-1}"#, nil),
        (#"{"Value":"2"}"#, nil), ("{}", nil), (#"{"Value":1e20}"#, nil),
        (#"{"Value":2,"Period":{"PeriodUnit":"FORTNIGHT"}}"#, nil),
        (#"{"Value":2,"Period":{"PeriodValue":0}}"#, nil),
    ])
    func `reads a rate by the second`(_ quota: String, _ rate: Double?) async throws {
        let response = answer("200 OK", body: #"{"Quota":\#(quota)}"#)
        _ = try await asked(.transferContact, answering: response) { quotas in
            var found: Double?
            let failure = await caught {
                found = try await quotas.ratePerSecond(of: .transferContact).value
            }
            #expect(found == rate)
            #expect(failure?.code == (rate == nil ? "UnreadableAnswer" : nil))
        }
    }

    @Test func `says when the role may not ask`() async throws {
        let body =
            #"{"__type":"com.amazonaws.servicequotas#AccessDeniedException","Message":"no"}"#
        let response = answer("400 Bad Request", body: body)
        _ = try await asked(.transferContact, answering: response) { quotas in
            let failure = await caught {
                try await quotas.ratePerSecond(of: .transferContact)
            }
            #expect(failure?.code == "AccessDeniedException")
            #expect(failure?.advice == .accessDenied)
        }
    }

    @Test func `asks nothing of an operation that has no quota there`() async throws {
        let received = try await asked(.searchContacts, answering: answer("200 OK")) { quotas in
            let rate = try await quotas.ratePerSecond(of: .searchContacts).value
            #expect(rate == nil)
        }
        #expect(received.isEmpty)
    }
}
