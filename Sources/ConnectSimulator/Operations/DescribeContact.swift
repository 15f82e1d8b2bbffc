extension Operation {
    /// `GET /contacts/{InstanceId}/{ContactId}`.
    static let describeContact = Operation(
        name: .describeContact, method: "GET", path: "/contacts/{InstanceId}/{ContactId}",
        quota: .documentedDescribeContact
    ) { call, state, _ throws(Refusal) in
        let record = try state.contact(
            bounded(call.label("ContactId"), "ContactId", 1...256), in: call.instanceID())
        let answer = DescribeContactAnswer(Contact: ContactMembers(record, in: state.world))
        return Outcome(body: try JSON.bytes(answer))
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct DescribeContactAnswer: Encodable {
    let Contact: ContactMembers
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The members of `Contact` that matter to a transfer, by the model's names; timestamps in seconds.
private struct ContactMembers: Encodable {
    let Arn: String
    let Id: String
    let InitialContactId: String?
    let PreviousContactId: String?
    let ContactAssociationId: String
    let InitiationMethod: String
    let Name: String
    let Description: String
    let Channel: String
    let InitiationTimestamp: Double
    let LastUpdateTimestamp: Double
    let DisconnectTimestamp: Double?
    let DisconnectReason: String?
    let QueueInfo: QueueInfo?
    let AgentInfo: AgentInfo?
    let Tags: [String: String]?
    let SegmentAttributes: [String: SegmentAttribute]
    let Attributes: [String: String]

    init(_ record: ContactRecord, in world: World) {
        Arn = world.arn("contact", record.id)
        Id = record.id.text
        InitialContactId = record.initial?.text
        PreviousContactId = record.previous?.text
        ContactAssociationId = record.root.text
        InitiationMethod = record.initiationMethod
        let details = record.details
        Name = details.name
        Description = details.description
        Tags = details.tags
        Attributes = details.attributes
        SegmentAttributes = record.segmentAttributes
        Channel = record.channel.rawValue
        InitiationTimestamp = record.initiatedAt.seconds
        LastUpdateTimestamp = (record.end?.at ?? record.initiatedAt).seconds
        DisconnectTimestamp = record.end?.at.seconds
        DisconnectReason = record.end?.reason
        QueueInfo = record.queueInfo
        AgentInfo = record.agentInfo
    }
}
