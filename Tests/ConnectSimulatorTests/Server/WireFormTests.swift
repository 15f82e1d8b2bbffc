import ConnectSimulator
import Testing

/// What stands on the wire.
struct WireFormTests {
    let world = smallWorld()

    /// The answer to one call on a connection of its own.
    private func answer(
        to call: Call, _ adjust: (inout SimulatorOptions) -> Void = { _ in }
    ) async throws -> HTTPConnection.Answer {
        var found: HTTPConnection.Answer?
        try await withSimulator(unlimited(adjust)) { _, port in
            found = try await HTTPConnection.open(toPort: port) { try await $0.exchange(call) }
        }
        return try #require(found)
    }

    @Test func `answers a transfer as AWS does`() async throws {
        let call = Call.transfer(world.parameters(try world.goodRow, token: "t")).signed()
        let answer = try await answer(to: call)
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.headers["connection"] == "keep-alive")
        #expect(answer.headers["date"] == "Sun, 22 Nov 2026 12:00:00 GMT")
        #expect(SimulatedID(answer.headers["x-amzn-requestid"] ?? "") != nil)
        #expect(answer.headers["x-amzn-errortype"] == nil)
        let prefix = "{\"ContactArn\":\"\(world.instanceARN)/contact/"
        #expect(answer.body.hasPrefix(prefix))
        let id = answer.body.dropFirst(prefix.count).prefix(36)
        #expect(answer.body == "\(prefix)\(id)\",\"ContactId\":\"\(id)\"}")
    }

    @Test func `answers a refusal as AWS does`() async throws {
        let answer = try await answer(to: Call.get("/contacts/i/c").signed())
        #expect(answer.status == 404)
        #expect(SimulatedID(answer.headers["x-amzn-requestid"] ?? "") != nil)
        #expect(
            answer.headers["x-amzn-errortype"]
                == "ResourceNotFoundException:"
                + "http://internal.amazon.com/coral/com.amazonaws.connect/")
        #expect(answer.body == "{\"Message\":\"The instance i was not found.\"}")
    }

    @Test func `answers HEAD without a body`() async throws {
        let calls = ["/contacts/i/c", "/latest/meta-data/"].map { Call(method: "HEAD", target: $0) }
        try await withSimulator(unlimited()) { _, port in
            try await HTTPConnection.open(toPort: port) { connection in
                // On one connection: a body would be taken for the next answer's beginning.
                for call in calls + calls {
                    let answer = try await connection.exchange(call.signed())
                    #expect(answer?.body == "")
                    #expect((answer?.headers["content-length"]).flatMap { Int($0) } ?? 0 > 0)
                }
            }
        }
    }

    @Test func `turns an unsigned call away`() async throws {
        let answer = try await answer(to: .get("/contacts/i/c"))
        #expect(answer.status == 403)
        #expect(
            answer.headers["x-amzn-errortype"]?.hasPrefix("MissingAuthenticationTokenException:")
                == true)
    }

    @Test func `says what it knows of a contact, under an encoded path`() async throws {
        let contact = try #require(
            world.contacts.first {
                if case .queue = $0.place { $0.channel == .email && !$0.hasEnded } else { false }
            })
        // Encoded though it need not be: another spelling of the same path.
        let id = contact.id.text.replacing("-", with: "%2D")
        let answer = try await answer(
            to: Call.get("/contacts/\(world.instance.text)/\(id)").signed())
        #expect(answer.status == 200)
        guard case .queue(let queue) = contact.place else { return }
        for member in [
            "\"Id\":\"\(contact.id.text)\"", "\"Channel\":\"EMAIL\"",
            "\"InitiationMethod\":\"API\"",
            "\"ContactAssociationId\":\"\(contact.id.text)\"", "\"Id\":\"\(queue.text)\"",
            "\"InitiationTimestamp\":\(1_795_348_800 - contact.ageSeconds)",
        ] {
            #expect(answer.body.contains(member))
        }
        #expect(!answer.body.contains("DisconnectTimestamp"))
        #expect(!answer.body.contains("PreviousContactId"))
    }

    @Test func `keeps a connection for the next call and closes it when asked to`() async throws {
        let call = Call.get("/contacts/i/c").signed()
        try await withSimulator(unlimited()) { _, port in
            try await HTTPConnection.open(toPort: port) { connection in
                for _ in 0..<3 {
                    let answer = try await connection.exchange(call)
                    #expect(answer?.status == 404)
                }
                var last = call
                last.headers.append(("Connection", "close"))
                let farewell = try await connection.exchange(last)
                #expect(farewell?.headers["connection"] == "close")
                let next = try await connection.answer()
                #expect(next?.status == nil)
            }
        }
    }

    @Test func `takes no body without end`() async throws {
        let call = Call(
            method: "POST", target: "/contact/transfer", headers: [("host", "127.0.0.1")],
            body: Array(repeating: 0x20, count: 100_000))
        #expect(try await answer(to: call).status == 413)
    }

    @Test func `throttles with 429`() async throws {
        let call = Call.get("/contacts/i/c").signed()
        try await withSimulator(
            unlimited { $0.quotas[.describeContact] = Quota(ratePerSecond: 1, burst: 1) }
        ) { _, port in
            try await HTTPConnection.open(toPort: port) { connection in
                let first = try await connection.exchange(call)
                #expect(first?.status == 404)
                let answer = try #require(try await connection.exchange(call))
                #expect(answer.status == 429)
                #expect(
                    answer.headers["x-amzn-errortype"]?.hasPrefix("ThrottlingException:") == true)
                #expect(answer.body == "{\"Message\":\"Rate exceeded\"}")
            }
        }
    }
}
