extension Operation {
    /// `GET /queues-summary/{InstanceId}?queueTypes&maxResults&nextToken`.
    static let listQueues = Operation(
        name: .listQueues, method: "GET", path: "/queues-summary/{InstanceId}", quota: .documented
    ) { call, state, _ throws(Refusal) in
        let instance = try call.instanceID()
        let asked = try call.query(
            "queueTypes", as: QueueType.self, countMax: ServiceLimits.queueTypes)
        // "If you do not specify a QueueTypes parameter, both standard and agent queues are
        // returned."
        let types = asked.isEmpty ? [.standard, .agent] : asked
        let page = try Page(
            of: "ListQueues/\(instance)/\(types.map(\.rawValue).sorted())", call,
            itemsMax: ServiceLimits.thingsPerPage,
            itemsByDefault: ServiceLimits.thingsPerPageByDefault, in: state.world)
        let hasThings = try state.hasThings(instance: instance)
        let queues = hasThings && types.contains(.standard) ? state.world.queues[...] : []
        let agents = hasThings && types.contains(.agent) ? state.world.users[...] : []
        let count = queues.count + agents.count
        let range = try page.range(of: count)
        let answer = ListQueuesAnswer(
            QueueSummaryList: range.map { index in
                index < queues.count
                    ? QueueSummary(.standard(queues[index]), in: state)
                    : QueueSummary(.agent(agents[index - queues.count]), in: state)
            },
            NextToken: page.nextToken(after: range, of: count))
        return Outcome(body: try JSON.bytes(answer))
    }
}

/// The model's `QueueType`.
enum QueueType: String, Hashable, Sendable {
    case standard = "STANDARD"
    case agent = "AGENT"
}

extension InstanceQueue {
    var id: SimulatedID {
        switch self {
        case .standard(let queue): queue.id
        case .agent(let user): UndocumentedAnswer.agentQueueID(of: user)
        }
    }

    /// Agents' queues have a path of their own: `…/queue/agent/{id}` (aws CLI, list-queues).
    func arn(in world: World) -> String {
        switch self {
        case .standard: world.arn("queue", id)
        case .agent: world.arn("queue/agent", id)
        }
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct ListQueuesAnswer: Encodable {
    let QueueSummaryList: [QueueSummary]
    let NextToken: String?
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct QueueSummary: Encodable {
    let Id: String
    let Arn: String
    /// Agents' queues have none.
    let Name: String?
    let QueueType: String
    let LastModifiedTime: Double
    let LastModifiedRegion: String

    init(_ queue: InstanceQueue, in state: ConnectState) {
        Id = queue.id.text
        Arn = queue.arn(in: state.world)
        switch queue {
        case .standard(let queue):
            Name = queue.name
            QueueType = "STANDARD"
        case .agent:
            Name = nil
            QueueType = "AGENT"
        }
        LastModifiedTime = state.world.changedAt(queue.id, before: state.start).seconds
        LastModifiedRegion = state.world.region
    }
}
