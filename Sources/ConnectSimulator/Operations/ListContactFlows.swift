extension Operation {
    /// `GET /contact-flows-summary/{InstanceId}?contactFlowTypes&maxResults&nextToken`.
    static let listContactFlows = Operation(
        name: .listContactFlows, method: "GET", path: "/contact-flows-summary/{InstanceId}",
        quota: .documented
    ) { call, state, _ throws(Refusal) in
        let instance = try call.instanceID()
        let types = try call.query(
            "contactFlowTypes", as: WorldFlow.Kind.self, countMax: ServiceLimits.flowTypes)
        let page = try Page(
            of: "ListContactFlows/\(instance)/\(types.map(\.rawValue).sorted())", call,
            itemsMax: ServiceLimits.thingsPerPage,
            itemsByDefault: ServiceLimits.thingsPerPageByDefault, in: state.world)
        let flows =
            try state.hasThings(instance: instance)
            ? state.world.flows.filter { types.isEmpty || types.contains($0.kind) } : []
        let range = try page.range(of: flows.count)
        let answer = ListContactFlowsAnswer(
            ContactFlowSummaryList: flows[range].map { FlowSummary($0, in: state.world) },
            NextToken: page.nextToken(after: range, of: flows.count))
        return Outcome(body: try JSON.bytes(answer))
    }
}

extension WorldFlow {
    /// The service's `ContactFlowState`.
    var stateName: String { isArchived ? "ARCHIVED" : "ACTIVE" }
    /// The service's `ContactFlowStatus`.
    var statusName: String { isDraft ? "SAVED" : "PUBLISHED" }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct ListContactFlowsAnswer: Encodable {
    let ContactFlowSummaryList: [FlowSummary]
    let NextToken: String?
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct FlowSummary: Encodable {
    let Id: String
    let Arn: String
    let Name: String
    let ContactFlowType: String
    let ContactFlowState: String
    let ContactFlowStatus: String

    init(_ flow: WorldFlow, in world: World) {
        Id = flow.id.text
        Arn = world.arn("contact-flow", flow.id)
        Name = flow.name
        ContactFlowType = flow.kind.rawValue
        ContactFlowState = flow.stateName
        ContactFlowStatus = flow.statusName
    }
}
