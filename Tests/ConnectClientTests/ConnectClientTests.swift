import ConnectClient
import TestSupport
import Testing
import TransferCore

/// The other operations, and what is mended at the door.
struct ConnectClientTests {
    private let expired = ScriptedServer.Step.send(
        answer("403 Forbidden", "x-amzn-ErrorType: ExpiredTokenException", body: "{}"))
    private let accepted = ScriptedServer.Step.send(
        answer("200 OK", body: #"{"ContactId":"c1"}"#))

    @Test func `reads where a contact is`() async throws {
        let body =
            #"{"Contact":{"Id":"c","Channel":"TASK","QueueInfo":{"Id":"q"},"AgentInfo":{"Id":"u"},"#
            + #""InitiationTimestamp":1.7953384875E9,"DisconnectTimestamp":1795338488,"New":[1]}}"#
        let server = try ScriptedServer(.send(answer("200 OK", body: body)))
        let instance = InstanceID(valid: "arn:aws:connect:r:1:instance/i")
        try await withClient(server) { client in
            let state = try await client.describe(ContactID(valid: "c/1"), in: instance).value
            #expect(
                state
                    == ContactState(
                        channel: "TASK", queue: QueueID(valid: "q"), user: UserID(valid: "u"),
                        initiatedAt: Timestamp(milliseconds: 1_795_338_487_500),
                        disconnectedAt: Timestamp(milliseconds: 1_795_338_488_000)))
        }
        #expect(
            server.received.first?.requestLine
                == "GET /contacts/arn%3Aaws%3Aconnect%3Ar%3A1%3Ainstance%2Fi/c%2F1 HTTP/1.1")
        #expect(server.received.first?.headers["content-type"] == nil)
    }

    @Test func `asks for pages until there is no token`() async throws {
        let server = try ScriptedServer(
            .send(
                answer(
                    "200 OK",
                    body: #"{"ContactSummaryList":[{"ContactId":"c1"}],"NextToken":"a+b="}"#)),
            .send(answer("200 OK", body: #"{"ContactSummaryList":[],"NextToken":"z"}"#)),
            .send(
                answer(
                    "200 OK", "x-amzn-requestid: r3",
                    body: #"{"ContactSummaryList":[{"ContactId":"c2","PreviousContactId":"c1"}]}"#))
        )
        try await withClient(server) { client in
            let answer = try await client.associatedContacts(
                of: ContactID(valid: "c1"), in: InstanceID(valid: "i1"))
            #expect(answer.value.map(\.id.text) == ["c1", "c2"])
            #expect(answer.value.last?.previous == ContactID(valid: "c1"))
            #expect(answer.requestID == "r3")
        }
        let path = "GET /contact/associated/i1?contactId=c1&maxResults=100"
        #expect(
            server.received.map(\.requestLine) == [
                "\(path) HTTP/1.1", "\(path)&nextToken=a%2Bb%3D HTTP/1.1",
                "\(path)&nextToken=z HTTP/1.1",
            ])
    }

    @Test func `stops when pages never end`() async throws {
        let server = try ScriptedServer(
            .choose { request in
                // The token of the page and one `x` more, which is that of `maxResults`.
                let token = request.requestLine.filter { $0 == "x" }
                return answer("200 OK", body: #"{"NextToken":"\#(token)"}"#)
            })
        try await withClient(server) { client in
            let failure = await caught {
                try await client.associatedContacts(
                    of: ContactID(valid: "c1"), in: InstanceID(valid: "i1"))
            }
            #expect(failure?.code == "TooManyPages")
            #expect(failure?.message.contains("associated with c1 do not end after 100") == true)
        }
        #expect(server.received.count == 100)
    }

    @Test func `stops when pages lead in a circle`() async throws {
        let server = try ScriptedServer(.send(answer("200 OK", body: #"{"NextToken":"a"}"#)))
        try await withClient(server) { client in
            let failure = await caught {
                try await client.associatedContacts(
                    of: ContactID(valid: "c1"), in: InstanceID(valid: "i1"))
            }
            #expect(failure?.code == "PageTokenRepeated")
            #expect(failure?.advice == .permanent)
        }
        #expect(server.received.count == 2)
    }

    @Test func `reads refused credentials again, once`() async throws {
        let credentials = ListedCredentials("OLD", "NEW")
        let server = try ScriptedServer(expired, accepted)
        try await withClient(server, credentials: credentials) { client in
            let answer = try await client.transfer(request)
            // The same id as was sent is no error.
            #expect(answer.value.newContact == request.contact)
        }
        let keys = server.received.map { $0.headers["authorization"]?.contains("Credential=NEW/") }
        #expect(keys == [false, true])
        #expect(server.received[0].body == server.received[1].body)
        #expect(credentials.callCount == 2)
    }

    @Test func `says so when the new credentials are refused as well`() async throws {
        let server = try ScriptedServer(expired)
        try await withClient(server) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "ExpiredTokenException")
            #expect(failure?.advice == .credentials)
        }
        #expect(server.received.count == 2)
    }

    @Test func `sends nothing without credentials`() async throws {
        let server = try ScriptedServer(accepted)
        try await withClient(server, credentials: CredentialChain([])) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.code == "CredentialsMissing")
            #expect(failure?.advice == .credentials)
        }
        #expect(server.received.isEmpty)
    }

    @Test func `takes over the service's clock when its own is refused`() async throws {
        let credentials = ListedCredentials("AKID")
        let server = try ScriptedServer(
            .send(
                answer(
                    "403 Forbidden", "x-amzn-ErrorType: InvalidSignatureException",
                    "Date: Sun, 22 Nov 2026 10:08:07 GMT", body: #"{"message":"skewed"}"#)),
            accepted)
        try await withClient(server, credentials: credentials) { client in
            _ = try await client.transfer(request)
            _ = try await client.transfer(request)
        }
        #expect(
            server.received.map { $0.headers["x-amz-date"] }
                == ["20261122T090807Z", "20261122T100807Z", "20261122T100807Z"])
        #expect(credentials.callCount == 1)
    }

    @Test func `leaves the clock alone when it is nearly right`() async throws {
        let credentials = ListedCredentials("AKID")
        let server = try ScriptedServer(
            .send(
                answer(
                    "403 Forbidden", "x-amzn-ErrorType: InvalidSignatureException",
                    "Date: Sun, 22 Nov 2026 09:12:07 GMT", body: "{}")))
        try await withClient(server, credentials: credentials) { client in
            let failure = await caught { try await client.transfer(request) }
            #expect(failure?.advice == .credentials)
        }
        #expect(server.received.allSatisfy { $0.headers["x-amz-date"] == "20261122T090807Z" })
        #expect(credentials.callCount == 2)
    }

    @Test func `asks the provider once however many calls need credentials`() async throws {
        let credentials = SlowCredentials(ListedCredentials("AKID"))
        let server = try ScriptedServer(accepted)
        try await withClient(server, credentials: credentials) { client in
            #expect(await failures(of: 50, client).isEmpty)
        }
        #expect(credentials.callCount == 1)
        #expect(server.received.count == 50)
    }

    @Test func `asks the provider once more however many calls are refused`() async throws {
        let credentials = SlowCredentials(ListedCredentials("OLD", "NEW"))
        let (expired, accepted) = (text(expired), text(accepted))
        let server = try ScriptedServer(
            .choose { request in
                request.headers["authorization"]?.contains("=OLD/") == true ? expired : accepted
            })
        try await withClient(server, credentials: credentials) { client in
            #expect(await failures(of: 50, client).isEmpty)
        }
        #expect(credentials.callCount == 2)
    }

    @Test func `tells every waiting call when there are no credentials`() async throws {
        let error = ConnectClientError(.credentialsMissing, "None here.")
        let credentials = SlowCredentials(ListedCredentials("AKID"), failing: error)
        let server = try ScriptedServer(accepted)
        try await withClient(server, credentials: credentials) { client in
            let failures = await failures(of: 50, client)
            #expect(failures.count == 50)
            #expect(failures.allSatisfy { $0.advice == .credentials })
            #expect(failures.allSatisfy { $0.message == "None here." })
        }
        #expect(server.received.isEmpty)
    }

    private func text(_ step: ScriptedServer.Step) -> String {
        if case .send(let text) = step { text } else { "" }
    }

    /// Makes calls at once and gives those failures that there were.
    private func failures(of calls: Int, _ client: ConnectClient) async -> [TransferFailure] {
        await withTaskGroup(of: TransferFailure?.self) { group in
            for _ in 0..<calls {
                group.addTask { await caught { try await client.transfer(request) } }
            }
            return await group.reduce(into: []) { all, failure in
                if let failure { all.append(failure) }
            }
        }
    }
}
