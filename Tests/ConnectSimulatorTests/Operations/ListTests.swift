import ConnectSimulator
import Testing

/// The lists by which names are resolved.
struct ListTests {
    private static let lists = ["queues-summary", "users-summary", "contact-flows-summary"]

    @Test func `lists named and agents' queues where no type is asked for`() throws {
        var service = Service()
        let items = try service.pages("/queues-summary/\(service.instance)?maxResults=1000")[0]
        let named = items.filter { $0.QueueType == "STANDARD" }
        let agents = items.filter { $0.QueueType == "AGENT" }
        #expect(items.count == named.count + agents.count)
        #expect(named.map(\.Name) == service.world.queues.map(\.name))
        #expect(named[0].Arn == service.world.arn("queue", service.world.queues[0].id))
        #expect(agents.count == service.world.users.count)
        #expect(agents.allSatisfy { $0.Name == nil })
        #expect(agents.allSatisfy { $0.Arn.hasSuffix("/queue/agent/\($0.Id)") })
    }

    @Test func `lists the queues of the types asked for`() throws {
        var service = Service()
        let root = "/queues-summary/\(service.instance)?maxResults=1000"
        let named = try service.pages(root + "&queueTypes=STANDARD")[0]
        #expect(named.count == service.world.queues.count)
        let agents = try service.pages(root + "&queueTypes=AGENT")[0]
        #expect(agents.count == service.world.users.count)
        let both = try service.pages(root + "&queueTypes=AGENT&queueTypes=STANDARD")[0]
        #expect(both.count == named.count + agents.count)
    }

    @Test func `lists users by their names`() throws {
        var service = Service()
        let users = try service.pages("/users-summary/\(service.instance)?maxResults=1000")[0]
        #expect(users.map(\.Username) == service.world.users.map(\.username))
        #expect(users[0].Arn == service.world.arn("agent", service.world.users[0].id))
    }

    @Test func `lists flows of every type, drafts and archived ones among them`() throws {
        var service = Service()
        let root = "/contact-flows-summary/\(service.instance)?maxResults=1000"
        let flows = try service.pages(root)[0]
        #expect(flows.map(\.Name) == service.world.flows.map(\.name))
        #expect(Set(flows.map(\.ContactFlowType)) == Set(WorldFlow.Kind.allCases.map(\.rawValue)))
        for (flow, item) in zip(service.world.flows, flows) {
            #expect(item.ContactFlowState == (flow.isArchived ? "ARCHIVED" : "ACTIVE"))
            #expect(item.ContactFlowStatus == (flow.isDraft ? "SAVED" : "PUBLISHED"))
        }
        #expect(flows.contains { $0.ContactFlowStatus == "SAVED" })
        let some = try service.pages(
            root + "&contactFlowTypes=AGENT_TRANSFER&contactFlowTypes=CAMPAIGN")[0]
        #expect(Set(some.map(\.ContactFlowType)) == ["AGENT_TRANSFER", "CAMPAIGN"])
        #expect(some.count < flows.count)
    }

    @Test func `has names that differ by case or a blank alone, and names of two flows`() {
        let world = Service().world
        for names in [world.queues.map(\.name), world.users.map(\.username)] {
            #expect(Set(names).count == names.count)
            #expect(Set(names.map { $0.lowercased() }).count < names.count)
        }
        #expect(world.queues.contains { $0.name.last == " " })
        #expect(world.queues.contains { $0.name.contains("\"") && $0.name.contains(",") })
        let names = world.flows.filter { !$0.isArchived && !$0.isDraft }.map(\.name)
        #expect(Set(names).count < names.count)
    }

    @Test(arguments: lists)
    func `gives a hundred at once unless it is asked for more`(list: String) throws {
        var service = Service { ($0.queues, $0.users) = (150, 150) }
        let page = try service.get("/\(list)/\(service.instance)").read(ListAnswer.self)
        #expect(page.items.count == (list == "contact-flows-summary" ? 21 : 100))
    }

    @Test func `gives each of thousands once, a thousand to a page`() throws {
        var service = Service { ($0.queues, $0.users) = (2500, 2500) }
        let pages = try service.pages("/queues-summary/\(service.instance)?maxResults=1000")
        let count = service.world.queues.count + service.world.users.count
        #expect(pages.map(\.count) == [1000, 1000, 1000, 1000, 1000, count - 5000])
        #expect(Set(pages.joined().map(\.Id)).count == count)
        let users = try service.pages("/users-summary/\(service.instance)?maxResults=1000")
        #expect(users.joined().map(\.Id) == service.world.users.map(\.id.text))
    }

    @Test(arguments: lists)
    func `gives empty pages that go on where the world has them`(list: String) throws {
        var service = Service { ($0.queues, $0.users, $0.hasSparsePages) = (20, 20, true) }
        let pages = try service.pages("/\(list)/\(service.instance)?maxResults=5")
        for (index, page) in pages.enumerated() { #expect(page.isEmpty == (index % 2 == 0)) }
        #expect(pages.count > 6)
        var plain = Service { ($0.queues, $0.users) = (20, 20) }
        let all = try plain.pages("/\(list)/\(service.instance)?maxResults=1000")
        #expect(pages.joined().map(\.Id) == all.joined().map(\.Id))
    }

    @Test(arguments: lists)
    func `knows a token of another list, of another instance and of nobody`(list: String) throws {
        var service = Service { $0.instances = 2 }
        let own = "/\(list)/\(service.instance)"
        let read = try service.get("\(own)?maxResults=3").read(ListAnswer.self)
        let token = try #require(read.NextToken)
        #expect(service.get("\(own)?nextToken=\(token.percentEncoded)").status == 200)

        let other = Self.lists.first { $0 != list } ?? ""
        let empty = service.world.instances[1].id.text
        var forged = Array(token.utf8)
        forged[0] = forged[0] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let wrong = [
            "/\(other)/\(service.instance)?nextToken=\(token.percentEncoded)",
            "/\(list)/\(empty)?nextToken=\(token.percentEncoded)", "/instance?nextToken=\(token)",
            "\(own)?nextToken=\(String(decoding: forged, as: UTF8.self).percentEncoded)",
            "\(own)?nextToken=", "\(own)?nextToken=page-from-3",
        ]
        for target in wrong { #expect(service.get(target).exception == .invalidRequest) }
    }

    @Test func `wants the filter of a token's list with the token`() throws {
        var service = Service()
        let root = "/queues-summary/\(service.instance)?maxResults=3"
        let read = try service.get("\(root)&queueTypes=STANDARD").read(ListAnswer.self)
        let token = try #require(read.NextToken).percentEncoded
        #expect(service.get("\(root)&nextToken=\(token)").exception == .invalidRequest)
        #expect(service.get("\(root)&queueTypes=STANDARD&nextToken=\(token)").status == 200)
    }

    @Test(arguments: [
        "queues-summary/I?maxResults=0", "queues-summary/I?maxResults=1001",
        "users-summary/I?maxResults=-1", "users-summary/I?maxResults=many",
        "contact-flows-summary/I?maxResults=1001", "queues-summary/I?queueTypes=SIMPLE",
        "queues-summary/I?queueTypes=STANDARD&queueTypes=AGENT&queueTypes=AGENT",
        "contact-flows-summary/I?contactFlowTypes=FLOW",
        "contact-flows-summary/I?" + String(repeating: "contactFlowTypes=CAMPAIGN&", count: 11),
        "users-summary/" + String(repeating: "i", count: 101),
        "queues-summary/" + String(repeating: "i", count: 101),
        "contacts/i/" + String(repeating: "c", count: 257),
        "contacts/" + String(repeating: "i", count: 101) + "/c",
        "contact/associated/i?contactId=" + String(repeating: "c", count: 257),
        "queues/" + String(repeating: "i", count: 101) + "/q",
        "users/" + String(repeating: "i", count: 101) + "/u",
    ])
    func `refuses what breaks a bound of the model`(target: String) {
        var service = Service()
        let target = "/" + target.replacing("/I?", with: "/\(service.instance)?")
        #expect(service.get(target).exception == .invalidParameter)
        #expect(service.get(target).status == 400)
    }

    @Test(arguments: lists)
    func `finds nothing in an empty instance and no instance by another id`(list: String) throws {
        var service = Service { $0.instances = 2 }
        let empty = service.world.instances[1].id.text
        #expect(try service.pages("/\(list)/\(empty)?maxResults=5").map(\.count) == [0])
        let nobody = service.get("/\(list)/11111111-2222-4333-8444-555555555555")
        #expect(nobody.exception == .resourceNotFound)
        #expect(service.get("/\(list)/i").exception == .resourceNotFound)
    }
}
