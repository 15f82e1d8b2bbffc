import TransferCore

extension Call {
    /// `POST /contact/transfer`, all members in the body.
    static func transfer(_ request: TransferRequest) throws(TransferFailure) -> Call {
        var call = try post(
            "/contact/transfer", TransferBody(request), of: "contact \(request.contact)")
        call.looksUpConflicts = true
        return call
    }
}

/// The members of TransferContact's body, by the service's names.
private struct TransferBody: Encodable {
    let instanceID: String
    let contactID: String
    let contactFlowID: String
    let clientToken: String
    var queueID: String?
    var userID: String?

    init(_ request: TransferRequest) {
        instanceID = request.instance.text
        contactID = request.contact.text
        contactFlowID = request.flow.text
        clientToken = request.token.text
        switch request.destination {
        case .queue(let id): queueID = id.text
        case .user(let id): userID = id.text
        case .flowDecides: break
        }
    }

    private enum CodingKeys: String, CodingKey {
        case instanceID = "InstanceId"
        case contactID = "ContactId"
        case contactFlowID = "ContactFlowId"
        case clientToken = "ClientToken"
        case queueID = "QueueId"
        case userID = "UserId"
    }
}
