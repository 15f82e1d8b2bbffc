/// An instance with its queues, users, flows and contacts, and the transfers that are asked of it.
package struct World: Sendable {
    package let options: WorldOptions
    /// The instance that has all of this.
    package let instance: SimulatedID
    /// The instances of the account: the one above, then those that are empty.
    package let instances: [WorldInstance]
    /// Those that contacts stand in and go to, then those of ``awkwardQueues(using:)``.
    package let queues: [WorldQueue]
    /// Those that contacts stand with and go to, then those of ``awkwardUsers(using:)``.
    package let users: [WorldUser]
    /// Those that carry the rows, then those of ``moreFlows(to:using:)``, then those of
    /// ``flowsThatDoNotLand(to:using:)``.
    package let flows: [WorldFlow]
    package let contacts: [WorldContact]
    /// The records of the input CSV, in its order; a row's number is its index plus 1.
    package let rows: [WorldRow]

    package var region: String { options.region }

    /// Makes the world of these options.
    package init(_ options: WorldOptions) {
        var generator = SeededGenerator(seed: options.seed)
        self.options = options
        instance = SimulatedID(using: &generator)
        // One of each is the least a world can do with: a destination has to exist.
        let queues = Self.queues(max(1, options.queues), using: &generator)
        let users = Self.users(max(1, options.users), using: &generator)
        let flows = Self.flows(to: queues, using: &generator)
        // Another stream, so that the ids that rows and samples name stay what they were.
        var more = SeededGenerator(seed: options.seed, call: .max - 16)
        self.queues = queues + Self.awkwardQueues(using: &more)
        self.users = users + Self.awkwardUsers(using: &more)
        // A third, so that instances keep theirs as well.
        var other = SeededGenerator(seed: options.seed, call: .max - 17)
        self.flows =
            flows + Self.moreFlows(to: queues, using: &more)
            + Self.flowsThatDoNotLand(to: queues, using: &other)
        instances = Self.instances(after: instance, options.instances, using: &more)

        var population = Population(queues: queues, users: users, flows: flows)
        for number in 0..<options.contacts {
            population.add(
                number: number + 1, failingShare: options.failingShare, using: &generator)
        }
        contacts = population.contacts
        rows = population.rows
    }

    /// The first flow of a kind that is not archived; every world has one of each.
    package func flow(_ kind: WorldFlow.Kind) -> WorldFlow? {
        flows.first { $0.kind == kind && !$0.isArchived }
    }

    /// The ARN of something in the instance, `arn:aws:connect:R:A:instance/I/KIND/ID`.
    package func arn(_ kind: String, _ id: SimulatedID) -> String {
        "\(instanceARN)/\(kind)/\(id.text)"
    }

    package var instanceARN: String { arn(ofInstance: instance) }

    func arn(ofInstance id: SimulatedID) -> String {
        "arn:\(partition):connect:\(options.region):\(options.account):instance/\(id.text)"
    }

    /// The partition of the Region: of AWS's, those that have Amazon Connect.
    var partition: String { options.region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws" }
}

extension World {
    private static func queues(
        _ count: Int, using generator: inout SeededGenerator
    ) -> [WorldQueue] {
        let teams = ["Billing", "Claims", "Returns", "Orders", "Accounts", "Complaints"]
        return (0..<count).map { index in
            let team = teams[index % teams.count]
            let tier = index / teams.count + 1
            return WorldQueue(
                id: SimulatedID(using: &generator), name: tier == 1 ? team : "\(team) \(tier)")
        }
    }

    private static func users(
        _ count: Int, using generator: inout SeededGenerator
    ) -> [WorldUser] {
        (1...count).map { number in
            WorldUser(id: SimulatedID(using: &generator), username: "agent-\(number)@example.com")
        }
    }

    private static func flows(
        to queues: [WorldQueue], using generator: inout SeededGenerator
    ) -> [WorldFlow] {
        let kinds: [(name: String, kind: WorldFlow.Kind, isArchived: Bool)] = [
            ("Inbound tasks and e-mails", .inbound, false),
            ("Transfer to agent", .agentTransfer, false),
            ("Transfer to queue", .queueTransfer, false),
            ("Waiting in queue", .customerQueue, false),
            ("Transfer to queue, old", .queueTransfer, true),
        ]
        return kinds.map { name, kind, isArchived in
            WorldFlow(
                id: SimulatedID(using: &generator), name: name, kind: kind, isArchived: isArchived,
                ownQueue: queues[generator.index(below: queues.count)].id)
        }
    }
}
