extension Operation {
    /// `POST /contact/stop`; all members are in the body, and the answer has none.
    static let stopContact = Operation(
        name: .stopContact, method: "POST", path: "/contact/stop",
        quota: .documentedDescribeContact
    ) { call, state, now throws(Refusal) in
        let members = try JSON.read(StopContactBody.self, from: call.body)
        let instance = try bounded(
            required(members.InstanceId, "InstanceId"), "InstanceId", 1...100)
        let contact = try bounded(required(members.ContactId, "ContactId"), "ContactId", 1...256)
        let change = try state.stop(
            contact, in: instance, reason: members.DisconnectReason?.Code, at: now)
        state.apply(change)
        return Outcome(body: Array("{}".utf8), change: change)
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct StopContactBody: Decodable {
    struct Reason: Decodable { var Code: String? }

    var InstanceId: String?
    var ContactId: String?
    var DisconnectReason: Reason?
}
