import ConnectClient
import TestSupport
import Testing
import TransferCore

/// Every operation that reads, over a socket: the request as it goes out, and what is made of odd
/// answers.
struct ReadTests {
    private static let instance = InstanceID(valid: "i1")

    /// One operation: what it sends, and what comes out in words.
    struct Read: Sendable, CustomTestStringConvertible {
        var name: String
        var requestLine: String
        /// The member that its answer is in.
        var member: String
        var isList: Bool
        /// What its list does not hold is taken for not there.
        var isProof = false
        var call: @Sendable (ConnectClient) async throws(TransferFailure) -> Void
        var testDescription: String { name }
    }

    static let reads = [
        Read(
            name: "DescribeContact", requestLine: "GET /contacts/i1/c%2F1 HTTP/1.1",
            member: "Contact", isList: false
        ) { client throws(TransferFailure) in
            _ = try await client.describe(ContactID(valid: "c/1"), in: instance)
        },
        Read(
            name: "ListAssociatedContacts",
            requestLine: "GET /contact/associated/i1?contactId=c%2F1&maxResults=100 HTTP/1.1",
            member: "ContactSummaryList", isList: true, isProof: true
        ) { client throws(TransferFailure) in
            _ = try await client.associatedContacts(of: ContactID(valid: "c/1"), in: instance)
        },
        Read(
            name: "SearchContacts", requestLine: "POST /search-contacts HTTP/1.1",
            member: "Contacts", isList: true
        ) { client throws(TransferFailure) in
            _ = try await client.contacts(
                matching: ContactSearch(in: instance, from: fixedNow, to: fixedNow))
        },
        Read(
            name: "ListQueues",
            requestLine: "GET /queues-summary/i1?queueTypes=STANDARD&queueTypes=AGENT"
                + "&maxResults=1000&nextToken=a%2Bb%2F%3D%20%C3%A9 HTTP/1.1",
            member: "QueueSummaryList", isList: true
        ) { client throws(TransferFailure) in
            _ = try await client.queues(
                in: instance, types: [.standard, .agent], after: "a+b/= é")
        },
        Read(
            name: "ListUsers", requestLine: "GET /users-summary/i1?maxResults=1000 HTTP/1.1",
            member: "UserSummaryList", isList: true
        ) { client throws(TransferFailure) in
            _ = try await client.users(in: instance)
        },
        Read(
            name: "ListContactFlows",
            requestLine: "GET /contact-flows-summary/i1?contactFlowTypes=CONTACT_FLOW"
                + "&contactFlowTypes=AGENT_TRANSFER&contactFlowTypes=QUEUE_TRANSFER"
                + "&maxResults=1000 HTTP/1.1",
            member: "ContactFlowSummaryList", isList: true
        ) { client throws(TransferFailure) in
            _ = try await client.contactFlows(in: instance, types: ContactFlowType.ofTransfers)
        },
        Read(
            name: "DescribeContactFlow",
            requestLine: "GET /contact-flows/i1/f1%3A%24SAVED HTTP/1.1",
            member: "ContactFlow", isList: false
        ) { client throws(TransferFailure) in
            _ = try await client.contactFlow(ContactFlowID(valid: "f1:$SAVED"), in: instance)
        },
        Read(
            name: "DescribeQueue", requestLine: "GET /queues/i1/%2E%2E HTTP/1.1",
            member: "Queue", isList: false
        ) { client throws(TransferFailure) in
            _ = try await client.queue(QueueID(valid: ".."), in: instance)
        },
        Read(
            name: "DescribeUser",
            requestLine: "GET /users/i1/arn%3Aaws%3Aconnect%3Ar%3A1%3Ainstance%2Fi%2Fagent%2Fu "
                + "HTTP/1.1",
            member: "User", isList: false
        ) { client throws(TransferFailure) in
            _ = try await client.user(
                UserID(valid: "arn:aws:connect:r:1:instance/i/agent/u"), in: instance)
        },
        Read(
            name: "ListInstances", requestLine: "GET /instance?maxResults=10 HTTP/1.1",
            member: "InstanceSummaryList", isList: true
        ) { client throws(TransferFailure) in
            _ = try await client.instances()
        },
        Read(
            name: "DescribeInstance", requestLine: "GET /instance/i1 HTTP/1.1",
            member: "Instance", isList: false
        ) { client throws(TransferFailure) in
            _ = try await client.instance(instance)
        },
    ]

    @Test func `has a call for each operation but the transfer`() {
        let names = Set(Operation.allCases.map(\.rawValue)).subtracting(["TransferContact"])
        #expect(Set(Self.reads.map(\.name)) == names)
    }

    private func failure(_ read: Read, _ body: String) async throws -> TransferFailure? {
        let server = try ScriptedServer(.send(answer("200 OK", body: body)))
        var failure: TransferFailure?
        try await withClient(server) { client in
            failure = await caught { try await read.call(client) }
        }
        #expect(server.received.map(\.requestLine) == [read.requestLine])
        return failure
    }

    @Test(arguments: reads)
    func `sends the request that the model says`(_ read: Read) async throws {
        let server = try ScriptedServer(
            .send(answer("200 OK", body: #"{"\#(read.member)":\#(read.isList ? "[]" : "{}")}"#)))
        try await withClient(server) { client in try await read.call(client) }
        let sent = try #require(server.received.first)
        #expect(server.received.count == 1)
        #expect(sent.requestLine == read.requestLine)
        let isPost = read.requestLine.hasPrefix("POST")
        #expect(sent.headers["content-type"] == (isPost ? "application/json" : nil))
        #expect(isPost != sent.body.isEmpty)
        #expect(sent.headers["authorization"]?.contains("/connect/aws4_request") == true)
    }

    @Test(arguments: reads.filter { !$0.isProof })
    func `takes members that are unknown, missing or null as they come`(
        _ read: Read
    ) async throws {
        let inner = #""New":{"x":[1]},"Id":7,"Name":null,"NextToken":null"#
        let thing = read.isList ? "[{\(inner)},null,7,[]]" : "{\(inner)}"
        #expect(try await failure(read, #"{"\#(read.member)":\#(thing),"More":[]}"#) == nil)
        guard read.isList else { return }
        #expect(try await failure(read, #"{"\#(read.member)":null,"NextToken":""}"#) == nil)
        #expect(try await failure(read, "{}") == nil)
    }

    @Test(arguments: reads)
    func `takes no answer of another kind for an empty one`(_ read: Read) async throws {
        var bodies = ["", "oops", "[]", "null", #"{"\#(read.member)":"x"}"#]
        bodies += [#"{"\#(read.member)":\#(read.isList ? "{}" : "[]")}"#]
        bodies += read.isList ? [#"{"NextToken":7}"#] : ["{}", #"{"\#(read.member)":null}"#]
        for body in bodies {
            let failure = try await failure(read, body)
            #expect(failure?.code == "UnreadableAnswer", "\(body)")
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true), "\(body)")
        }
    }

    @Test(arguments: reads.filter(\.isProof))
    func `takes nothing for a proof that may have lost an item`(_ read: Read) async throws {
        let member = read.member
        let whole = #"{"\#(member)":[{"ContactId":"c2","New":1}],"More":[]}"#
        #expect(try await failure(read, whole) == nil)
        let items = ["{}", "null", "7", #"{"ContactId":7}"#]
        let bodies = ["{}", #"{"\#(member)":null}"#] + items.map { #"{"\#(member)":[\#($0)]}"# }
        for body in bodies {
            let failure = try await failure(read, body)
            #expect(failure?.code == "UnreadableAnswer", "\(body)")
            #expect(failure?.advice == .retry(mayHaveTakenEffect: true), "\(body)")
        }
    }

    @Test(arguments: reads)
    func `says what a refusal means`(_ read: Read) async throws {
        let cases: [(Int, String, TransferFailure.Advice)] = [
            (400, "InvalidRequestException", .permanent),
            (400, "InvalidParameterException", .permanent),
            (403, "AccessDeniedException", .accessDenied),
            (404, "ResourceNotFoundException", .permanent),
            (404, "ContactFlowNotPublishedException", .permanent),
            (429, "ThrottlingException", .throttled(retryAfter: .milliseconds(1250))),
            (
                500, "InternalServiceException",
                .retry(mayHaveTakenEffect: true, retryAfter: .milliseconds(1250))
            ),
        ]
        for (status, code, advice) in cases {
            let server = try ScriptedServer(
                .send(
                    answer(
                        "\(status) X", "X-Amzn-ErrorType: \(code):", "x-amz-retry-after: 1250",
                        "Retry-After: 9", "x-amzn-RequestId: r7", body: #"{"Message":"why"}"#)))
            try await withClient(server) { client in
                let failure = await caught { try await read.call(client) }
                #expect(
                    failure
                        == TransferFailure(
                            code: code, message: "why", httpStatus: status, requestID: "r7",
                            advice: advice))
            }
            #expect(server.received.count == 1)
        }
    }
}
