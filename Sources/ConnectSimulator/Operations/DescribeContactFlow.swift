import AWSSigning

extension Operation {
    /// `GET /contact-flows/{InstanceId}/{ContactFlowId}`.
    static let describeContactFlow = Operation(
        name: .describeContactFlow, method: "GET",
        path: "/contact-flows/{InstanceId}/{ContactFlowId}", quota: .documented
    ) { call, state, _ throws(Refusal) in
        let id = try bounded(call.label("ContactFlowId"), "ContactFlowId", 0...500)
        guard try state.hasThings(instance: call.instanceID()) else {
            throw ConnectState.notFound("contact flow", id)
        }
        let (own, edition) = try FlowEdition.parted(id)
        // "For example, arn:aws:.../contact-flow/{id}:$SAVED".
        let flow = try state.flow(own, mayBeARN: true)
        if flow.isDraft, edition != .saved {
            throw Refusal(
                .contactFlowNotPublished,
                "The contact flow \(id) has not been published. Ask for \(own):$SAVED.")
        }
        let answer = DescribeContactFlowAnswer(ContactFlow: FlowMembers(flow, edition, in: state))
        return Outcome(body: try JSON.bytes(answer))
    }
}

/// Which content of a flow is asked for: the end of the id, after a colon.
private enum FlowEdition: Hashable {
    case published
    /// `$SAVED`.
    case saved
    /// The number of the one version.
    case version

    /// Takes an id or an ARN apart.
    static func parted(_ id: String) throws(Refusal) -> (id: String, edition: FlowEdition) {
        // An ARN has colons of its own, all of them before its last slash.
        let last = id.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let colon = last.lastIndex(of: ":") else { return (id, .published) }
        let own = String(id[..<colon])
        switch last[last.index(after: colon)...] {
        case "$SAVED": return (own, .saved)
        case "\(UndocumentedAnswer.flowVersion)": return (own, .version)
        default: throw ConnectState.notFound("contact flow", id)
        }
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct DescribeContactFlowAnswer: Encodable {
    let ContactFlow: FlowMembers
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct FlowMembers: Encodable {
    let Arn: String
    let Id: String
    let Name: String
    let `Type`: String
    let State: String
    let Status: String
    let Description: String
    let Content: String
    let FlowContentSha256: String
    let Version: Int?
    let LastModifiedTime: Double
    let LastModifiedRegion: String

    init(_ flow: WorldFlow, _ edition: FlowEdition, in state: ConnectState) {
        Arn = state.world.arn("contact-flow", flow.id)
        Id = flow.id.text
        Name = flow.name
        `Type` = flow.kind.rawValue
        State = flow.stateName
        Status = edition == .saved ? "SAVED" : "PUBLISHED"
        Description = "A flow of the simulator"
        Content = flow.content
        FlowContentSha256 = SHA256Digest(of: Array(flow.content.utf8)).hex
        Version = edition == .version ? UndocumentedAnswer.flowVersion : nil
        LastModifiedTime = state.world.changedAt(flow.id, before: state.start).seconds
        LastModifiedRegion = state.world.region
    }
}
