extension Operation {
    /// `POST /contact/transfer`; all members are in the body.
    static let transferContact = Operation(
        name: .transferContact, method: "POST", path: "/contact/transfer", quota: .documented
    ) { call, state, now throws(Refusal) in
        let parameters = try TransferParameters(json: call.body)
        let (transfer, isRepeated) = try state.transfer(parameters, at: now)
        let answer = TransferContactAnswer(
            ContactId: transfer.newContact.text,
            ContactArn: state.world.arn("contact", transfer.newContact))
        return Outcome(
            body: try JSON.bytes(answer), effect: isRepeated ? nil : transfer,
            isRepeated: isRepeated)
    }
}

extension TransferParameters {
    /// Reads the body of TransferContact and checks all that its model says of the members.
    package init(json body: [UInt8]) throws(Refusal) {
        let members = try JSON.read(TransferContactBody.self, from: body)
        // This operation has no exception but InvalidRequestException for a broken bound.
        func checked(
            _ value: String?, _ name: String, _ bounds: ClosedRange<Int>
        ) throws(Refusal) -> String? {
            guard let value else { return nil }
            return try bounded(value, name, bounds, orRefuse: .invalidRequest)
        }
        let queue = try checked(members.QueueId, "QueueId", 0...Int.max)
        let user = try checked(members.UserId, "UserId", 1...256)
        instance = try required(checked(members.InstanceId, "InstanceId", 1...100), "InstanceId")
        contact = try required(checked(members.ContactId, "ContactId", 1...256), "ContactId")
        flow = try required(
            checked(members.ContactFlowId, "ContactFlowId", 0...500), "ContactFlowId")
        token = try checked(members.ClientToken, "ClientToken", 0...500)
        switch (queue, user) {
        case (.some, .some):
            throw Refusal(.invalidRequest, "QueueId and UserId cannot both be given.")
        case (let id?, nil): destination = .queue(id)
        case (nil, let id?): destination = .user(id)
        case (nil, nil): destination = .flowDecides
        }
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The members by the model's names; unknown ones are ignored, as the service does.
private struct TransferContactBody: Decodable {
    var InstanceId: String?
    var ContactId: String?
    var ContactFlowId: String?
    var QueueId: String?
    var UserId: String?
    var ClientToken: String?
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct TransferContactAnswer: Encodable {
    let ContactId: String
    let ContactArn: String
}
