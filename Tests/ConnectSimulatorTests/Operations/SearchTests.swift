import ConnectSimulator
import FoundationEssentials
import Testing

/// SearchContacts: each filter against what the world itself says.
struct SearchTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Found: Decodable {
        struct Place: Decodable { let Id: String }

        struct Contact: Decodable {
            let Id: String
            let Arn: String
            let Channel: String
            let Name: String
            let InitiationMethod: String
            let InitiationTimestamp: Double
            let DisconnectTimestamp: Double?
            let QueueInfo: Place?
            let AgentInfo: Place?
            let Tags: [String: String]?
        }

        let Contacts: [Contact]
        let NextToken: String?
        let TotalCount: Int
    }

    private static let start = Int(noon.seconds) - 20 * 86_400
    private static let end = Int(noon.seconds)

    /// A body that asks for the contacts of the last twenty days.
    private func body(
        _ service: Service, criteria: String = "", more: String = "",
        time: String =
            "{\"Type\":\"INITIATION_TIMESTAMP\",\"StartTime\":\(start),\"EndTime\":\(end)}"
    ) -> String {
        "{\"InstanceId\":\"\(service.instance)\",\"TimeRange\":\(time),"
            + "\"SearchCriteria\":{\(criteria)}\(more)}"
    }

    /// All contacts that are found, over all pages, or those after a token.
    private func all(
        _ service: inout Service, _ criteria: String = "", more: String = "",
        after first: String? = nil
    ) throws -> [Found.Contact] {
        var contacts: [Found.Contact] = []
        var token = first
        repeat {
            let next = token.map { ",\"NextToken\":\"\($0)\"" } ?? ""
            let answer = service.search(body(service, criteria: criteria, more: more + next))
            try #require(answer.status == 200)
            let found = try answer.read(Found.self)
            contacts += found.Contacts
            token = found.NextToken
            if token == nil, first == nil { #expect(found.TotalCount == contacts.count) }
            try #require(contacts.count < 10_000)
        } while token != nil
        #expect(Set(contacts.map(\.Id)).count == contacts.count)
        return contacts
    }

    @Test func `finds every contact once, the newest first, a hundred to a page`() throws {
        var service = Service()
        let found = try all(&service)
        let contacts = service.world.contacts
        #expect(Set(found.map(\.Id)) == Set(contacts.flatMap { $0.earlier + [$0.id] }.map(\.text)))
        #expect(found.map(\.InitiationTimestamp) == found.map(\.InitiationTimestamp).sorted(by: >))
        let first = try service.search(body(service)).read(Found.self)
        #expect(first.Contacts.count == 100)
        #expect(first.TotalCount == found.count)
        #expect(try all(&service, more: ",\"MaxResults\":7").map(\.Id) == found.map(\.Id))
    }

    @Test func `finds those that are active by NOT_EXISTS`() throws {
        var service = Service()
        let active =
            "\"AdditionalTimeRange\":{\"MatchType\":\"MATCH_ALL\",\"Criteria\":[{"
            + "\"TimestampCondition\":{\"Type\":\"DISCONNECT_TIMESTAMP\","
            + "\"ConditionType\":\"NOT_EXISTS\"}}]}"
        let found = try all(&service, active)
        let expected = service.world.contacts.filter { !$0.hasEnded }.map(\.id.text)
        #expect(Set(found.map(\.Id)) == Set(expected))
        #expect(found.allSatisfy { $0.DisconnectTimestamp == nil })
        let none = active.replacing("MATCH_ALL", with: "MATCH_NONE")
        #expect(try all(&service, none).allSatisfy { $0.DisconnectTimestamp != nil })
    }

    @Test func `finds by channel, queue and agent`() throws {
        var service = Service()
        let mails = try all(&service, "\"Channels\":[\"EMAIL\",\"CHAT\"]")
        #expect(Set(mails.map(\.Channel)) == ["EMAIL", "CHAT"])
        let queues = service.world.queues.prefix(2).map(\.id.text)
        let queued = try all(&service, "\"QueueIds\":[\"\(queues[0])\",\"\(queues[1])\"]")
        #expect(Set(queued.map(\.QueueInfo?.Id)) == Set(queues))
        let user = service.world.users[0].id
        let byID = try all(&service, "\"AgentIds\":[\"\(user)\"]")
        #expect(!byID.isEmpty && byID.allSatisfy { $0.AgentInfo?.Id == user.text })
        let byARN = try all(&service, "\"AgentIds\":[\"\(service.world.arn("agent", user))\"]")
        #expect(byARN.map(\.Id) == byID.map(\.Id))
        #expect(try all(&service, "\"QueueIds\":[\"\(queues[0])\"],\"AgentIds\":[\"u\"]").isEmpty)
        // No ids are no filter, and an unknown one finds nothing.
        #expect(try all(&service, "\"QueueIds\":[]").count == all(&service).count)
        #expect(try all(&service, "\"QueueIds\":[\"unknown\"]").isEmpty)
    }

    @Test func `finds by initiation method, name, attributes and tags`() throws {
        var service = Service()
        let moved = try all(&service, "\"InitiationMethods\":[\"TRANSFER\"]")
        #expect(moved.count == service.world.contacts.map(\.earlier.count).reduce(0, +))
        func named(_ texts: String, _ match: String) throws -> [String] {
            try all(
                &service, "\"Name\":{\"SearchText\":[\(texts)],\"MatchType\":\"MATCH_\(match)\"}"
            ).map(\.Name)
        }
        let refunds = try named("\"refund\"", "ANY")
        #expect(!refunds.isEmpty && refunds.allSatisfy { $0.hasPrefix("Refund") })
        let count = try all(&service).count
        #expect(try named("\"refund\"", "NONE").count == count - refunds.count)
        #expect(try named("\"refund\",\"claim\"", "ALL").isEmpty)
        #expect(try named("\"refund\",\"claim\"", "ANY").count > refunds.count)
        #expect(try Set(named("\"\(refunds[0])\"", "EXACT")) == [refunds[0]])

        let french = try all(
            &service,
            "\"SearchableContactAttributes\":{\"Criteria\":[{\"Key\":\"language\",\"Values\":[\"fr\"]}]}"
        )
        let roots = service.world.contacts.filter {
            ContactDetails(ofTree: $0.earlier.first ?? $0.id).attributes["language"] == "fr"
        }
        #expect(french.count == roots.map { $0.earlier.count + 1 }.reduce(0, +))
        let claims = try all(
            &service,
            "\"ContactTags\":{\"AndConditions\":[{\"TagKey\":\"team\",\"TagValue\":\"claims\"}]}")
        #expect(!claims.isEmpty && claims.allSatisfy { $0.Tags?["team"] == "claims" })
        let either = try all(
            &service,
            "\"ContactTags\":{\"OrConditions\":[[{\"TagKey\":\"team\",\"TagValue\":\"claims\"}],"
                + "[{\"TagKey\":\"priority\",\"TagValue\":\"high\"}]]}")
        #expect(
            either.allSatisfy { $0.Tags?["team"] == "claims" || $0.Tags?["priority"] == "high" })
        #expect(either.count > claims.count)
    }

    @Test func `finds by the time of every kind`() throws {
        var service = Service()
        let everything = try all(&service)
        for (kind, count) in [
            ("CONNECTED_TO_AGENT", everything.count { $0.AgentInfo != nil }),
            ("ENQUEUE", everything.count { $0.QueueInfo != nil }),
            ("DISCONNECT", everything.count { $0.DisconnectTimestamp != nil }), ("SCHEDULED", 0),
        ] {
            let time =
                "{\"Type\":\"\(kind)_TIMESTAMP\",\"StartTime\":\(Self.start),"
                + "\"EndTime\":\(Self.end)}"
            let found = try service.search(body(service, time: time)).read(Found.self)
            #expect(found.TotalCount == count)
        }
        let middle = everything[everything.count / 2].InitiationTimestamp
        let narrow =
            "{\"Type\":\"INITIATION_TIMESTAMP\",\"StartTime\":\(middle),\"EndTime\":\(middle)}"
        let found = try service.search(body(service, time: narrow)).read(Found.self)
        #expect(found.Contacts.allSatisfy { $0.InitiationTimestamp == middle })
        #expect(found.TotalCount >= 1)
    }

    @Test func `sorts by a field, those that lack it last`() throws {
        var service = Service()
        for order in ["ASCENDING", "DESCENDING"] {
            let sort =
                ",\"MaxResults\":9,\"Sort\":{\"FieldName\":\"DISCONNECT_TIMESTAMP\","
                + "\"Order\":\"\(order)\"}"
            let times = try all(&service, more: sort).map(\.DisconnectTimestamp)
            let ended = times.compactMap { $0 }
            #expect(times.prefix(ended.count).allSatisfy { $0 != nil })
            #expect(ended == (order == "ASCENDING" ? ended.sorted() : ended.sorted(by: >)))
            let channels = try all(
                &service, more: sort.replacing("DISCONNECT_TIMESTAMP", with: "CHANNEL")
            ).map(\.Channel)
            #expect(channels == (order == "ASCENDING" ? channels.sorted() : channels.sorted(by: >)))
        }
    }

    @Test func `goes on after its place though contacts are transferred meanwhile`() throws {
        var service = Service()
        let before = try all(&service).map(\.Id)
        let first = try service.search(body(service, more: ",\"MaxResults\":50")).read(Found.self)
        for row in service.world.rows where row.expected == .transferred {
            #expect(service.transfer(row).status == 200)
        }
        let token = try #require(first.NextToken)
        let rest = try all(&service, after: token).map(\.Id)
        #expect(first.Contacts.map(\.Id) + rest == before)
    }
}
