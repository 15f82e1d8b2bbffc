// What the service's several forms of a contact have in common.

extension ContactRecord {
    /// `InitialContactId`: the first of the chain, which has none itself.
    var initial: SimulatedID? { previous == nil ? nil : root }
    /// The service's `InitiationMethod`.
    var initiationMethod: String {
        previous == nil ? "API" : UndocumentedAnswer.initiationMethod
    }
    /// Nil where the contact stands with a user.
    var queueInfo: QueueInfo? {
        guard case .queue(let id) = place else { return nil }
        return QueueInfo(Id: id.text, EnqueueTimestamp: initiatedAt.seconds)
    }
    /// Nil where the contact waits.
    var agentInfo: AgentInfo? {
        guard let user, let connectedAt else { return nil }
        return AgentInfo(Id: user.text, ConnectedToAgentTimestamp: connectedAt.seconds)
    }
    /// The attributes that the service itself gives a segment.
    var segmentAttributes: [String: SegmentAttribute] {
        let subtype =
            switch channel {
            case .task: "connect:Task"
            case .email: "connect:Email"
            case .voice: "connect:Telephony"
            case .chat: "connect:Chat"
            }
        return ["connect:Subtype": SegmentAttribute(ValueString: subtype)]
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct QueueInfo: Encodable {
    let Id: String
    let EnqueueTimestamp: Double
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct AgentInfo: Encodable {
    let Id: String
    let ConnectedToAgentTimestamp: Double
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct SegmentAttribute: Encodable {
    let ValueString: String
}
