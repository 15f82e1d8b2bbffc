/// A queue of the service: a named one, or that of an agent.
package enum InstanceQueue: Hashable, Sendable {
    case standard(WorldQueue)
    /// It has no name.
    case agent(WorldUser)
}

// The things of an instance by their ids or ARNs.
extension ConnectState {
    package func instance(_ id: String) throws(Refusal) -> WorldInstance {
        let text = try Self.id(id, in: "instance", of: world, mayBeARN: false)
        guard let key = SimulatedID(text),
            let instance = world.instances.first(where: { $0.id == key })
        else { throw Self.notFound("instance", id) }
        return instance
    }

    /// Looks an instance up: true where it is the one that has things, false where it is empty.
    package func hasThings(instance id: String) throws(Refusal) -> Bool {
        try instance(id).id == world.instance
    }

    func queue(_ id: String) throws(Refusal) -> InstanceQueue {
        let text = try Self.id(id, in: "queue", of: world, mayBeARN: false)
        let own = text.hasPrefix("agent/") ? text.dropFirst("agent/".count) : text
        guard let key = SimulatedID(own) else { throw Self.notFound("queue", id) }
        if let queue = queues[key] { return .standard(queue) }
        guard let user = users[key], UndocumentedAnswer.agentQueueID(of: user) == key else {
            throw Self.notFound("queue", id)
        }
        return .agent(user)
    }

    func user(_ id: String, mayBeARN: Bool = false) throws(Refusal) -> WorldUser {
        let text = try Self.id(id, in: "agent", of: world, mayBeARN: mayBeARN)
        guard let key = SimulatedID(text), let user = users[key] else {
            throw Self.notFound("user", id)
        }
        return user
    }

    func flow(_ id: String, mayBeARN: Bool = false) throws(Refusal) -> WorldFlow {
        let text = try Self.id(id, in: "contact-flow", of: world, mayBeARN: mayBeARN)
        guard let key = SimulatedID(text), let flow = flows[key] else {
            throw Self.notFound("contact flow", id)
        }
        return flow
    }

    static func notFound(_ what: String, _ id: String) -> Refusal {
        Refusal(.resourceNotFound, "The \(what) \(id) was not found.")
    }

    /// The id in an ARN of a kind where one is taken, or the text as it is.
    ///
    /// - Parameter mayBeARN: whether the service's pages say that an ARN will do here.
    static func id(
        _ text: String, in kind: String, of world: World, mayBeARN: Bool
    ) throws(Refusal) -> Substring {
        guard text.hasPrefix("arn:"), mayBeARN || UndocumentedAnswer.arnsAreTaken else {
            return text[...]
        }
        let root = world.instanceARN
        let prefix = kind == "instance" ? root.dropLast(36) : "\(root)/\(kind)/"
        guard text.hasPrefix(prefix) else {
            throw Refusal(
                UndocumentedAnswer.foreignARN,
                "\(text) is not the ARN of one of the instance's things of kind \(kind).")
        }
        return text.dropFirst(prefix.count)
    }
}
