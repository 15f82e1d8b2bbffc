extension Operation {
    /// `GET /instance?maxResults&nextToken`.
    static let listInstances = Operation(
        name: .listInstances, method: "GET", path: "/instance", quota: .documented
    ) { call, state, _ throws(Refusal) in
        let page = try Page(
            of: "ListInstances", call, itemsMax: ServiceLimits.instancesPerPage, in: state.world,
            orRefuse: .invalidRequest)
        let instances = state.world.instances
        let range = try page.range(of: instances.count)
        let answer = ListInstancesAnswer(
            InstanceSummaryList: instances[range].map { InstanceMembers($0, in: state) },
            NextToken: page.nextToken(after: range, of: instances.count))
        return Outcome(body: try JSON.bytes(answer))
    }

    /// `GET /instance/{InstanceId}`.
    static let describeInstance = Operation(
        name: .describeInstance, method: "GET", path: "/instance/{InstanceId}",
        quota: .documented
    ) { call, state, _ throws(Refusal) in
        let id = try call.instanceID(orRefuse: .invalidRequest)
        let instance = try state.instance(id)
        let answer = DescribeInstanceAnswer(Instance: InstanceMembers(instance, in: state))
        return Outcome(body: try JSON.bytes(answer))
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct ListInstancesAnswer: Encodable {
    let InstanceSummaryList: [InstanceMembers]
    let NextToken: String?
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct DescribeInstanceAnswer: Encodable {
    let Instance: InstanceMembers
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The members that `InstanceSummary` and `Instance` have in common.
private struct InstanceMembers: Encodable {
    let Id: String
    let Arn: String
    let IdentityManagementType = "CONNECT_MANAGED"
    let InstanceAlias: String
    let CreatedTime: Double
    let ServiceRole: String
    let InstanceStatus = "ACTIVE"
    let InboundCallsEnabled = true
    let OutboundCallsEnabled = true
    let InstanceAccessUrl: String

    init(_ instance: WorldInstance, in state: ConnectState) {
        let world = state.world
        Id = instance.id.text
        Arn = world.arn(ofInstance: instance.id)
        InstanceAlias = instance.alias
        CreatedTime = world.changedAt(instance.id, before: state.start).seconds
        ServiceRole =
            "arn:\(world.partition):iam::\(world.options.account):role/aws-service-role/"
            + "connect.amazonaws.com/AWSServiceRoleForAmazonConnect_BatonSimulator"
        InstanceAccessUrl = "https://\(instance.alias).my.connect.aws"
    }
}
