extension Operation {
    /// `GET /queues/{InstanceId}/{QueueId}`.
    static let describeQueue = Operation(
        name: .describeQueue, method: "GET", path: "/queues/{InstanceId}/{QueueId}",
        quota: .documented
    ) { call, state, _ throws(Refusal) in
        let id = call.label("QueueId")
        guard try state.hasThings(instance: call.instanceID()) else {
            throw ConnectState.notFound("queue", id)
        }
        let answer = DescribeQueueAnswer(Queue: QueueMembers(try state.queue(id), in: state))
        return Outcome(body: try JSON.bytes(answer))
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct DescribeQueueAnswer: Encodable {
    let Queue: QueueMembers
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct QueueMembers: Encodable {
    let Name: String?
    let QueueArn: String
    let QueueId: String
    let Description: String?
    let HoursOfOperationId: String?
    let MaxContacts: Int?
    let Status: String?
    let LastModifiedTime: Double
    let LastModifiedRegion: String

    init(_ queue: InstanceQueue, in state: ConnectState) {
        let world = state.world
        QueueArn = queue.arn(in: world)
        QueueId = queue.id.text
        LastModifiedTime = world.changedAt(queue.id, before: state.start).seconds
        LastModifiedRegion = world.region
        guard case .standard(let queue) = queue else {
            // What an agent's queue tells of itself is a guess: nothing but its id.
            (Name, Description, HoursOfOperationId) = (nil, nil, nil)
            (MaxContacts, Status) = (nil, nil)
            return
        }
        Name = queue.name
        Description = "Contacts for \(queue.name)"
        HoursOfOperationId = world.sharedID("hours of operation").text
        MaxContacts = queue.contactsMax
        Status = queue.isDisabled ? "DISABLED" : "ENABLED"
    }
}
