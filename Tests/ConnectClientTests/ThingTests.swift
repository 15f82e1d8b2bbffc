import ConnectClient
import TestSupport
import Testing
import TransferCore

/// What the answers of the reading operations say, as the service model writes them.
struct ThingTests {
    private let instance = InstanceID(valid: "i1")

    private func answered<Value>(
        _ body: String, _ call: (ConnectClient) async throws -> Answer<Value>
    ) async throws -> Value {
        let server = try ScriptedServer(
            .send(answer("200 OK", "x-amzn-RequestId: r1", body: body)))
        var answer: Answer<Value>?
        try await withClient(server) { client in answer = try await call(client) }
        #expect(answer?.requestID == "r1")
        return try #require(answer).value
    }

    @Test func `reads a page of queues`() async throws {
        let page = try await answered(
            #"{"QueueSummaryList":[{"Id":"q1","Arn":"a","Name":"Zürich ☎","QueueType":"STANDARD","#
                + #""LastModifiedTime":1.7953384875E9},{"Id":"q2","QueueType":"NEW"},{"Name":"x"}],"#
                + #""NextToken":"t"}"#
        ) { try await $0.queues(in: instance) }
        #expect(
            page.items == [
                Queue(id: QueueID(valid: "q1"), name: "Zürich ☎", type: .standard),
                Queue(id: QueueID(valid: "q2"), type: QueueType(rawValue: "NEW")),
            ])
        #expect(page.next == "t")
    }

    @Test func `reads a queue`() async throws {
        let queue = try await answered(
            #"{"Queue":{"Name":"n","QueueArn":"a","QueueId":"q1","Status":"DISABLED","#
                + #""MaxContacts":25.0,"OutboundCallerConfig":{}}}"#
        ) { try await $0.queue(QueueID(valid: "arn:q1"), in: instance) }
        #expect(
            queue
                == Queue(
                    id: QueueID(valid: "q1"), name: "n", status: .disabled, contactsMax: 25))
        let bare = try await answered(#"{"Queue":{}}"#) {
            try await $0.queue(QueueID(valid: "q1"), in: instance)
        }
        #expect(bare == Queue(id: QueueID(valid: "q1")))
    }

    @Test func `reads users`() async throws {
        let page = try await answered(
            #"{"UserSummaryList":[{"Id":"u1","Arn":"a","Username":"mara"},{"Id":"u 2"}]}"#
        ) { try await $0.users(in: instance) }
        #expect(page.items == [User(id: UserID(valid: "u1"), username: "mara")])
        #expect(page.next == nil)
        let user = try await answered(
            #"{"User":{"Id":"u1","Username":"mara","IdentityInfo":{"FirstName":"M"}}}"#
        ) { try await $0.user(UserID(valid: "u1"), in: instance) }
        #expect(user == User(id: UserID(valid: "u1"), username: "mara"))
    }

    @Test func `reads contact flows`() async throws {
        let flow = ContactFlow(
            id: ContactFlowID(valid: "f1"), name: "n", type: .queueTransfer, state: .archived,
            status: .published)
        let page = try await answered(
            #"{"ContactFlowSummaryList":[{"Id":"f1","Arn":"a","Name":"n","ContactFlowType":"#
                + #""QUEUE_TRANSFER","ContactFlowState":"ARCHIVED","ContactFlowStatus":"#
                + #""PUBLISHED"}]}"#
        ) { try await $0.contactFlows(in: instance) }
        #expect(page.items == [flow])
        let one = try await answered(
            #"{"ContactFlow":{"Id":"f1","Name":"n","Type":"QUEUE_TRANSFER","State":"ARCHIVED","#
                + #""Status":"PUBLISHED","Content":"{}","Version":3}}"#
        ) { try await $0.contactFlow(ContactFlowID(valid: "f1"), in: instance) }
        #expect(one == flow)
    }

    @Test func `reads instances`() async throws {
        let instance = Instance(
            id: instance, arn: "arn:i1", alias: "prod", status: .creationInProgress)
        let members =
            #"{"Id":"i1","Arn":"arn:i1","InstanceAlias":"prod","InboundCallsEnabled":true,"#
            + #""InstanceStatus":"CREATION_IN_PROGRESS","CreatedTime":1.5E9}"#
        let page = try await answered(#"{"InstanceSummaryList":[\#(members)]}"#) {
            try await $0.instances()
        }
        #expect(page.items == [instance])
        let one = try await answered(
            #"{"Instance":\#(members),"ReplicationConfiguration":{"SourceRegion":"x"}}"#
        ) { try await $0.instance(instance.id) }
        #expect(one == instance)
    }

    @Test func `reads found contacts`() async throws {
        let page = try await answered(
            #"{"Contacts":[{"Arn":"a","Id":"c1","InitialContactId":"c0","PreviousContactId":"c0","#
                + #""InitiationMethod":"TRANSFER","Channel":"EMAIL","QueueInfo":{"Id":"q1","#
                + #""EnqueueTimestamp":1},"AgentInfo":{"Id":"u1"},"InitiationTimestamp":1.5,"#
                + #""SegmentAttributes":{"connect:Subtype":{"ValueString":"x"}}}],"#
                + #""NextToken":"t","TotalCount":12345}"#
        ) {
            try await $0.contacts(
                matching: ContactSearch(in: instance, from: fixedNow, to: fixedNow))
        }
        let state = ContactState(
            channel: "EMAIL", queue: QueueID(valid: "q1"), user: UserID(valid: "u1"),
            initiatedAt: Timestamp(milliseconds: 1500), initial: ContactID(valid: "c0"),
            previous: ContactID(valid: "c0"), initiationMethod: "TRANSFER")
        #expect(page.items == [FoundContact(id: ContactID(valid: "c1"), state: state)])
        #expect(page.next == "t")
        #expect(page.total == 12345)
    }
}
