import AWSSigning
import ConnectSimulator
import FoundationEssentials
import Testing

/// DescribeQueue, DescribeUser, DescribeContactFlow and what DescribeContact tells besides a place.
struct DescribeTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Described: Decodable {
        struct Identity: Decodable {
            let FirstName: String
            let LastName: String
        }

        struct Members: Decodable {
            let Arn: String?
            let Id: String?
            let Name: String?
            let Description: String?
            let QueueId: String?
            let QueueArn: String?
            let HoursOfOperationId: String?
            let MaxContacts: Int?
            let Status: String?
            let State: String?
            let `Type`: String?
            let Content: String?
            let FlowContentSha256: String?
            let Version: Int?
            let Username: String?
            let IdentityInfo: Identity?
            let RoutingProfileId: String?
            let Tags: [String: String]?
            let Attributes: [String: String]?
            let LastModifiedTime: Double?
            let LastModifiedRegion: String?
        }

        let Queue: Members?
        let User: Members?
        let ContactFlow: Members?
        let Contact: Members?
    }

    @Test func `describes queues, the disabled one and those of agents among them`() throws {
        var service = Service()
        let instance = service.instance
        var bounds = 0
        for queue in service.world.queues {
            let read = try service.get("/queues/\(instance)/\(queue.id)").read(Described.self)
            let members = try #require(read.Queue)
            #expect(members.Name == queue.name)
            #expect(members.QueueId == queue.id.text)
            #expect(members.QueueArn == service.world.arn("queue", queue.id))
            #expect(members.Status == (queue.isDisabled ? "DISABLED" : "ENABLED"))
            #expect(members.HoursOfOperationId != nil)
            #expect(members.LastModifiedRegion == "us-east-1")
            if members.MaxContacts != nil { bounds += 1 }
        }
        #expect((1..<service.world.queues.count).contains(bounds))
        #expect(service.world.queues.count { $0.isDisabled } == 1)

        let agent = service.world.users[0].id
        let read = try service.get("/queues/\(instance)/\(agent)").read(Described.self)
        #expect(read.Queue?.Name == nil)
        #expect(read.Queue?.QueueArn == service.world.arn("queue/agent", agent))
        let nobody = service.get("/queues/\(instance)/\(service.world.flows[0].id)")
        #expect(nobody.exception == .resourceNotFound)
    }

    @Test func `describes users`() throws {
        var service = Service()
        let user = service.world.users[3]
        let read = try service.get("/users/\(service.instance)/\(user.id)").read(Described.self)
        #expect(read.User?.Id == user.id.text)
        #expect(read.User?.Username == user.username)
        #expect(read.User?.IdentityInfo?.FirstName == user.firstName)
        #expect(read.User?.IdentityInfo?.LastName == user.lastName)
        #expect(read.User?.RoutingProfileId != nil)
        #expect(service.get("/users/\(service.instance)/u").exception == .resourceNotFound)
    }

    @Test func `describes a flow by id, by ARN, as saved and by its version`() throws {
        var service = Service()
        let flow = try #require(service.world.flow(.agentTransfer))
        let arn = service.world.arn("contact-flow", flow.id)
        let forms: [(id: String, status: String, version: Int?)] = [
            (flow.id.text, "PUBLISHED", nil), (arn, "PUBLISHED", nil),
            ("\(flow.id):$SAVED", "SAVED", nil), ("\(arn):$SAVED", "SAVED", nil),
            ("\(flow.id):1", "PUBLISHED", 1), ("\(arn):1", "PUBLISHED", 1),
        ]
        for form in forms {
            let id = form.id.percentEncoded
            let answer = service.get("/contact-flows/\(service.instance)/\(id)")
            let members = try #require(try answer.read(Described.self).ContactFlow)
            #expect(members.Id == flow.id.text)
            #expect(members.Arn == arn)
            #expect(members.Name == flow.name)
            #expect(members.Type == "AGENT_TRANSFER")
            #expect(members.State == "ACTIVE")
            #expect(members.Status == form.status)
            #expect(members.Version == form.version)
            let content = try #require(members.Content)
            #expect(members.FlowContentSha256 == SHA256Digest(of: content).hex)
            #expect(throws: Never.self) {
                try JSONDecoder().decode(Content.self, from: Data(content.utf8))
            }
        }
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Content: Decodable {
        let Version: String
        let StartAction: String
    }

    @Test func `says that a draft is not published, and shows it as saved`() throws {
        var service = Service()
        let draft = try #require(service.world.flows.first { $0.isDraft })
        let root = "/contact-flows/\(service.instance)/\(draft.id)"
        for target in [root, "\(root):1"] {
            let answer = service.get(target)
            #expect(answer.exception == .contactFlowNotPublished)
            #expect(answer.status == 404)
        }
        let saved = try service.get("\(root):$SAVED").read(Described.self)
        #expect(saved.ContactFlow?.Status == "SAVED")
    }

    @Test func `finds no other version and takes no ARN of anything else`() throws {
        var service = Service()
        let flow = service.world.flows[0].id
        let root = "/contact-flows/\(service.instance)/"
        for id in ["\(flow):2", "\(flow):$LATEST", "\(flow):", "\(service.world.queues[0].id)"] {
            #expect(service.get(root + id.percentEncoded).exception == .resourceNotFound)
        }
        let arns = [
            service.world.arn("queue", flow), "arn:aws:connect:us-east-1:1:instance/i/queue/q",
        ]
        for arn in arns {
            #expect(service.get(root + arn.percentEncoded).exception == .invalidRequest)
        }
        let long = String(repeating: "f", count: 501)
        #expect(service.get(root + long).exception == .invalidParameter)
    }

    @Test func `tells the same of a contact before and after its transfer`() throws {
        var service = Service()
        let row = try service.world.goodRow
        let root = "/contacts/\(service.instance)/"
        let before = try service.get(root + row.contact.text).read(Described.self).Contact
        let made = try service.transfer(row).read([String: String].self)
        let new = try #require(made["ContactId"])
        let after = try service.get(root + new).read(Described.self).Contact
        #expect(before?.Name?.isEmpty == false)
        #expect(before?.Name == after?.Name)
        #expect(before?.Description == after?.Description)
        #expect(before?.Attributes == after?.Attributes)
        #expect(before?.Tags == after?.Tags)
        #expect(before?.Attributes?["ticket"] != nil)
    }

    @Test func `refuses transfers to what takes none`() throws {
        let world = smallWorld()
        let row = try world.row {
            if case .queue = $0.destination { $0.expected == .transferred } else { false }
        }
        let good = world.parameters(row)
        var calls = [good, good, good]
        calls[0].destination = .queue(try #require(world.queues.first { $0.isDisabled }).id.text)
        calls[1].destination = .queue(world.users[0].id.text)
        calls[2].flow = try #require(world.flows.first { $0.isDraft }).id.text
        for call in calls {
            var state = ConnectState(world, at: noon)
            let refused = exception { () throws(Refusal) in _ = try state.transfer(call, at: noon) }
            #expect(refused == .invalidRequest)
        }
    }
}
