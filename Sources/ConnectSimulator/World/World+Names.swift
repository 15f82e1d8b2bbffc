// What the world has besides the destinations of its rows: names that need care, and things that
// cannot be transferred to.
extension World {
    /// Queues whose names differ from others by case or a blank, or need quoting; one is disabled.
    ///
    /// That the service tells names apart by case and by a blank at the end is a guess.
    static func awkwardQueues(using generator: inout SeededGenerator) -> [WorldQueue] {
        var queues = [
            "billing", "Claims ", "Réclamations", "North, \"Key accounts\"", "Closed branch",
        ]
        .map { WorldQueue(id: SimulatedID(using: &generator), name: $0) }
        queues[queues.endIndex - 1].isDisabled = true
        return queues
    }

    /// Users by all that a user name may hold: `[a-zA-Z0-9_-.\@]+` (CreateUser, `Username`).
    static func awkwardUsers(using generator: inout SeededGenerator) -> [WorldUser] {
        ["AGENT-1@EXAMPLE.COM", "CORP\\agent-1", "o_neil.j-r", "agent-1"]
            .map { WorldUser(id: SimulatedID(using: &generator), username: $0) }
    }

    /// Flows of the other types, drafts, and names that stand for more than one flow.
    ///
    /// That flows of two types, or an archived one and another, may share a name is a guess:
    /// CreateContactFlow has a DuplicateResourceException and does not say what it compares.
    static func moreFlows(
        to queues: [WorldQueue], using generator: inout SeededGenerator
    ) -> [WorldFlow] {
        let flows: [(name: String, kind: WorldFlow.Kind, isArchived: Bool, isDraft: Bool)] = [
            ("Hold music for customers", .customerHold, false, false),
            ("Whisper to customers", .customerWhisper, false, false),
            ("Hold music for agents", .agentHold, false, false),
            ("Whisper to agents", .agentWhisper, false, false),
            ("Whisper of outbound calls", .outboundWhisper, false, false),
            ("Autumn campaign", .campaign, false, false),
            ("Transfer to agent, draft", .agentTransfer, false, true),
            ("Transfer to queue, draft", .queueTransfer, false, true),
            ("Transfer to agent", .agentTransfer, true, false),
            ("Escalation", .inbound, false, false),
            ("Escalation", .queueTransfer, false, false),
            ("transfer to queue", .queueTransfer, false, false),
            ("Übergabe an \"Team Süd\", neu ", .queueTransfer, false, false),
        ]
        return flows.map { name, kind, isArchived, isDraft in
            WorldFlow(
                id: SimulatedID(using: &generator), name: name, kind: kind, isArchived: isArchived,
                isDraft: isDraft, ownQueue: queues[generator.index(below: queues.count)].id)
        }
    }

    /// Flows that accept a transfer and do not bring the contact where it was to go.
    static func flowsThatDoNotLand(
        to queues: [WorldQueue], using generator: inout SeededGenerator
    ) -> [WorldFlow] {
        let flows: [(name: String, landing: WorldFlow.Landing)] = [
            ("Transfer to queue, with overflow", .ownQueue),
            ("Transfer to queue, waiting for an answer", .nowhere),
            ("Transfer to queue, out of hours", .ended),
        ]
        return flows.map { name, landing in
            WorldFlow(
                id: SimulatedID(using: &generator), name: name, kind: .queueTransfer,
                isArchived: false, ownQueue: queues[generator.index(below: queues.count)].id,
                landing: landing)
        }
    }

    static func instances(
        after first: SimulatedID, _ count: Int, using generator: inout SeededGenerator
    ) -> [WorldInstance] {
        var instances = [WorldInstance(id: first, alias: "baton-simulator")]
        while instances.count < count {
            instances.append(
                WorldInstance(
                    id: SimulatedID(using: &generator),
                    alias: "baton-simulator-\(instances.count + 1)"))
        }
        return instances
    }
}
