extension Operation {
    /// `GET /users/{InstanceId}/{UserId}`.
    static let describeUser = Operation(
        name: .describeUser, method: "GET", path: "/users/{InstanceId}/{UserId}",
        quota: .documented
    ) { call, state, _ throws(Refusal) in
        let id = call.label("UserId")
        guard try state.hasThings(instance: call.instanceID()) else {
            throw ConnectState.notFound("user", id)
        }
        let answer = DescribeUserAnswer(User: UserMembers(try state.user(id), in: state))
        return Outcome(body: try JSON.bytes(answer))
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct DescribeUserAnswer: Encodable {
    let User: UserMembers
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct UserMembers: Encodable {
    struct Identity: Encodable {
        let FirstName: String
        let LastName: String
        let Email: String?
    }

    struct Phone: Encodable {
        let PhoneType = "SOFT_PHONE"
        let AutoAccept = false
        let AfterContactWorkTimeLimit = 0
    }

    let Id: String
    let Arn: String
    let Username: String
    let IdentityInfo: Identity
    let PhoneConfig = Phone()
    let SecurityProfileIds: [String]
    let RoutingProfileId: String
    let LastModifiedTime: Double
    let LastModifiedRegion: String

    init(_ user: WorldUser, in state: ConnectState) {
        Id = user.id.text
        Arn = state.world.arn("agent", user.id)
        Username = user.username
        IdentityInfo = Identity(
            FirstName: user.firstName, LastName: user.lastName, Email: user.email)
        SecurityProfileIds = [state.world.sharedID("security profile").text]
        RoutingProfileId = state.world.sharedID("routing profile").text
        LastModifiedTime = state.world.changedAt(user.id, before: state.start).seconds
        LastModifiedRegion = state.world.region
    }
}
