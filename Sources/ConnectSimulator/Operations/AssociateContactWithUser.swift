extension Operation {
    /// `POST /contacts/{InstanceId}/{ContactId}/associate-user`; the answer has no members.
    static let associateContactWithUser = Operation(
        name: .associateContactWithUser, method: "POST",
        path: "/contacts/{InstanceId}/{ContactId}/associate-user", quota: .documented
    ) { call, state, now throws(Refusal) in
        let members = try JSON.read(AssociateBody.self, from: call.body)
        let change = try state.associate(
            bounded(call.label("ContactId"), "ContactId", 1...256), in: call.instanceID(),
            with: bounded(required(members.UserId, "UserId"), "UserId", 1...256), at: now)
        state.apply(change)
        return Outcome(body: Array("{}".utf8), change: change)
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct AssociateBody: Decodable {
    var UserId: String?
}
