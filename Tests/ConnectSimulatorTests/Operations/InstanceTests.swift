import ConnectSimulator
import Testing

/// ListInstances and DescribeInstance.
struct InstanceTests {
    @Test func `lists ten instances at once`() throws {
        var service = Service { $0.instances = 23 }
        let pages = try service.pages("/instance?")
        #expect(pages.map(\.count) == [10, 10, 3])
        #expect(pages.joined().map(\.Id) == service.world.instances.map(\.id.text))
        #expect(pages[0][0].Id == service.instance)
        #expect(pages[0][0].Arn == service.world.instanceARN)
        #expect(Set(pages.joined().map(\.InstanceAlias)).count == 23)
        #expect(try service.pages("/instance?maxResults=4").count == 6)
    }

    @Test func `refuses what breaks the model with the exception that it has for it`() {
        var service = Service()
        for query in ["maxResults=11", "maxResults=0", "nextToken=mine"] {
            #expect(service.get("/instance?\(query)").exception == .invalidRequest)
        }
        let long = String(repeating: "i", count: 101)
        #expect(service.get("/instance/\(long)").exception == .invalidRequest)
        #expect(service.get("/instance/i").exception == .resourceNotFound)
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Described: Decodable {
        struct Members: Decodable {
            let Id: String
            let Arn: String
            let InstanceAlias: String
            let InstanceStatus: String
            let CreatedTime: Double
        }

        let Instance: Members
    }

    @Test func `describes each instance`() throws {
        var service = Service { $0.instances = 3 }
        for instance in service.world.instances {
            let read = try service.get("/instance/\(instance.id)").read(Described.self)
            #expect(read.Instance.Id == instance.id.text)
            #expect(read.Instance.Arn.hasSuffix(":instance/\(instance.id)"))
            #expect(read.Instance.InstanceAlias == instance.alias)
            #expect(read.Instance.InstanceStatus == "ACTIVE")
            #expect(read.Instance.CreatedTime < noon.seconds)
        }
    }

    @Test func `names the partition of its Region`() {
        var options = smallWorld().options
        options.region = "us-gov-west-1"
        #expect(World(options).instanceARN.hasPrefix("arn:aws-us-gov:connect:us-gov-west-1:"))
    }

    @Test func `finds a contact, a queue, a user and a flow in their own instance alone`() throws {
        var service = Service { $0.instances = 2 }
        let world = service.world
        let things = [
            "contacts/I/\(world.contacts[0].id)", "queues/I/\(world.queues[0].id)",
            "users/I/\(world.users[0].id)", "contact-flows/I/\(world.flows[0].id)",
            "contact/associated/I?contactId=\(world.contacts[0].id)",
        ]
        for thing in things {
            let own = thing.replacing("I", with: service.instance, maxReplacements: 1)
            #expect(service.get("/\(own)").status == 200)
            let empty = world.instances[1].id.text
            let other = thing.replacing("I", with: empty, maxReplacements: 1)
            #expect(service.get("/\(other)").exception == .resourceNotFound)
        }
        var state = ConnectState(world, at: noon)
        var parameters = world.parameters(try world.goodRow)
        parameters.instance = world.instances[1].id.text
        #expect(
            exception { () throws(Refusal) in _ = try state.transfer(parameters, at: noon) }
                == .resourceNotFound)
    }
}
