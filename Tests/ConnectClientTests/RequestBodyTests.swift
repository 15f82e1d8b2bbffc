import ConnectClient
import FoundationEssentials
import TestSupport
import Testing
import TransferCore

/// The bodies that go out: whatever the texts in them are, they are JSON, and always the same.
struct RequestBodyTests {
    private func bodies(
        answering body: String, _ call: (ConnectClient) async throws -> Void
    ) async throws -> [String] {
        let server = try ScriptedServer(.send(answer("200 OK", body: body)))
        try await withClient(server, call)
        return server.received.map(\.body)
    }

    private static let hostile = [
        #"quote " and \ backslash / slash"#, "\u{0}\u{1}\u{8}\t\n\u{C}\r\u{1F}\u{7F}\u{9F}",
        "\u{2028}\u{2029}\u{FEFF}\u{202E}", "👩‍👩‍👧‍👦 🇨🇭 é e\u{301}", "\u{301}\u{20DD}",
        "</script><!--", "\u{10FFFF}\u{FFFD}\u{E000}", #"\u0041","QueueId":"x"#,
    ]

    @Test(arguments: hostile)
    func `writes any text so that a reader gets it back`(_ text: String) async throws {
        let request = TransferRequest(
            instance: InstanceID(valid: text), contact: ContactID(valid: text),
            flow: ContactFlowID(valid: text), destination: .user(UserID(valid: text)),
            token: ClientToken(valid: text))
        let bodies = try await bodies(answering: #"{"ContactId":"c"}"#) { client in
            for _ in 0..<2 { _ = try await client.transfer(request) }
        }
        #expect(bodies.count == 2 && bodies[0].utf8.elementsEqual(bodies[1].utf8))
        let members = try JSONDecoder().decode(
            [String: String].self, from: Data(try #require(bodies.first).utf8))
        #expect(
            Set(members.keys)
                == ["InstanceId", "ContactId", "ContactFlowId", "UserId", "ClientToken"])
        // By scalars: two spellings of é are equal as strings.
        #expect(
            members.values.allSatisfy { $0.unicodeScalars.elementsEqual(text.unicodeScalars) })
    }

    @Test func `leaves the destination out where the flow decides`() async throws {
        var request = request
        request.destination = .flowDecides
        let bodies = try await bodies(answering: #"{"ContactId":"c"}"#) { [request] client in
            _ = try await client.transfer(request)
        }
        #expect(
            bodies == [
                #"{"ClientToken":"t1","ContactFlowId":"f1","ContactId":"c1","InstanceId":"i1"}"#
            ])
    }

    @Test func `searches by no more than it is asked to`() async throws {
        let search = ContactSearch(
            in: InstanceID(valid: "i1"), from: Timestamp(milliseconds: 1_500_999),
            to: Timestamp(milliseconds: 2_000_001))
        let bodies = try await bodies(answering: "{}") {
            _ = try await $0.contacts(matching: search)
        }
        #expect(
            bodies == [
                #"{"InstanceId":"i1","MaxResults":100,"TimeRange":{"EndTime":2000,"#
                    + #""StartTime":1500,"Type":"INITIATION_TIMESTAMP"}}"#
            ])
    }

    @Test func `searches for all that can be asked`() async throws {
        var search = ContactSearch(
            in: InstanceID(valid: "i1"), from: Timestamp(milliseconds: 0),
            to: Timestamp(milliseconds: 1000))
        search.moment = .enqueued
        search.channels = ["TASK", "EMAIL"]
        search.queues = [QueueID(valid: "q1")]
        search.users = [UserID(valid: "u1"), UserID(valid: "u2")]
        search.isActiveOnly = true
        search.order = .ascending
        let bodies = try await bodies(answering: "{}") { [search] in
            _ = try await $0.contacts(matching: search, after: #"to"k/en"#)
        }
        #expect(
            bodies == [
                #"{"InstanceId":"i1","MaxResults":100,"NextToken":"to\"k/en","SearchCriteria":{"#
                    + #""AdditionalTimeRange":{"Criteria":[{"TimestampCondition":{"#
                    + #""ConditionType":"NOT_EXISTS","Type":"DISCONNECT_TIMESTAMP"}}],"#
                    + #""MatchType":"MATCH_ALL"},"AgentIds":["u1","u2"],"#
                    + #""Channels":["TASK","EMAIL"],"QueueIds":["q1"]},"#
                    + #""Sort":{"FieldName":"INITIATION_TIMESTAMP","Order":"ASCENDING"},"#
                    + #""TimeRange":{"EndTime":1,"StartTime":0,"Type":"ENQUEUE_TIMESTAMP"}}"#
            ])
    }

    @Test func `sends no list that is longer than the model allows`() async throws {
        let instance = InstanceID(valid: "i1")
        var queues = ContactSearch(in: instance, from: fixedNow, to: fixedNow)
        queues.queues = (0...100).map { QueueID(valid: "q\($0)") }
        var users = ContactSearch(in: instance, from: fixedNow, to: fixedNow)
        users.users = (0...100).map { UserID(valid: "u\($0)") }
        let types = (0...10).map { ContactFlowType(rawValue: "T\($0)") }
        let bodies = try await bodies(answering: "{}") { [queues, users] client in
            for failure in [
                await caught { try await client.contacts(matching: queues) },
                await caught { try await client.contacts(matching: users) },
                await caught { try await client.contactFlows(in: instance, types: types) },
            ] {
                #expect(failure?.code == "RequestTooLarge")
                #expect(failure?.advice == .permanent)
            }
        }
        #expect(bodies.isEmpty)
    }
}
