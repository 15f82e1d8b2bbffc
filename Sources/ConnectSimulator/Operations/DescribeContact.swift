extension Operation {
    /// `GET /contacts/{InstanceId}/{ContactId}`.
    static let describeContact = Operation(
        name: .describeContact, method: "GET", path: "/contacts/{InstanceId}/{ContactId}",
        quota: .documentedDescribeContact
    ) { call, state, _ throws(Refusal) in
        let record = try state.contact(call.label("ContactId"), in: call.label("InstanceId"))
        let answer = DescribeContactAnswer(Contact: .init(record, in: state.world))
        return Outcome(body: try JSON.bytes(answer))
    }
}

extension ContactRecord {
    /// `InitialContactId`: the first of the chain, which has none itself.
    var initial: SimulatedID? { previous == nil ? nil : root }
    /// The service's `InitiationMethod`.
    var initiationMethod: String {
        previous == nil ? "API" : UndocumentedAnswer.initiationMethod
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct DescribeContactAnswer: Encodable {
    let Contact: ContactMembers
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The members of `Contact` that matter to a transfer, by the model's names; timestamps in seconds.
private struct ContactMembers: Encodable {
    struct Queue: Encodable {
        let Id: String
        let EnqueueTimestamp: Double
    }

    struct Agent: Encodable {
        let Id: String
        let ConnectedToAgentTimestamp: Double
    }

    let Arn: String
    let Id: String
    let InitialContactId: String?
    let PreviousContactId: String?
    let ContactAssociationId: String
    let InitiationMethod: String
    let Channel: String
    let InitiationTimestamp: Double
    let LastUpdateTimestamp: Double
    let DisconnectTimestamp: Double?
    let DisconnectReason: String?
    var QueueInfo: Queue?
    var AgentInfo: Agent?

    init(_ record: ContactRecord, in world: World) {
        Arn = world.arn("contact", record.id)
        Id = record.id.text
        InitialContactId = record.initial?.text
        PreviousContactId = record.previous?.text
        ContactAssociationId = record.root.text
        InitiationMethod = record.initiationMethod
        Channel = record.channel.rawValue
        InitiationTimestamp = record.initiatedAt.seconds
        LastUpdateTimestamp = (record.end?.at ?? record.initiatedAt).seconds
        DisconnectTimestamp = record.end?.at.seconds
        DisconnectReason = record.end?.reason
        switch record.place {
        case .queue(let id):
            QueueInfo = Queue(Id: id.text, EnqueueTimestamp: record.initiatedAt.seconds)
        case .user(let id):
            AgentInfo = Agent(Id: id.text, ConnectedToAgentTimestamp: record.initiatedAt.seconds)
        }
    }
}
