extension Operation {
    /// `GET /users-summary/{InstanceId}?maxResults&nextToken`.
    static let listUsers = Operation(
        name: .listUsers, method: "GET", path: "/users-summary/{InstanceId}", quota: .documented
    ) { call, state, _ throws(Refusal) in
        let instance = try call.instanceID()
        let page = try Page(
            of: "ListUsers/\(instance)", call, itemsMax: ServiceLimits.thingsPerPage,
            itemsByDefault: ServiceLimits.thingsPerPageByDefault, in: state.world)
        let users = try state.hasThings(instance: instance) ? state.world.users : []
        let range = try page.range(of: users.count)
        let answer = ListUsersAnswer(
            UserSummaryList: users[range].map { UserSummary($0, in: state) },
            NextToken: page.nextToken(after: range, of: users.count))
        return Outcome(body: try JSON.bytes(answer))
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct ListUsersAnswer: Encodable {
    let UserSummaryList: [UserSummary]
    let NextToken: String?
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct UserSummary: Encodable {
    let Id: String
    let Arn: String
    let Username: String
    let LastModifiedTime: Double
    let LastModifiedRegion: String

    init(_ user: WorldUser, in state: ConnectState) {
        Id = user.id.text
        Arn = state.world.arn("agent", user.id)
        Username = user.username
        LastModifiedTime = state.world.changedAt(user.id, before: state.start).seconds
        LastModifiedRegion = state.world.region
    }
}
