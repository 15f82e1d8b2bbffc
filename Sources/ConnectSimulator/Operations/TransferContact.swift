import FoundationEssentials

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
        let members = try TransferContactBody.read(body)
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

private func required(_ value: String?, _ name: String) throws(Refusal) -> String {
    guard let value else { throw Refusal(.invalidRequest, "\(name) is missing.") }
    return value
}

/// Checks a length, which the model counts in Unicode scalars.
private func checked(
    _ value: String?, _ name: String, _ bounds: ClosedRange<Int>
) throws(Refusal) -> String? {
    guard let value else { return nil }
    let length = value.unicodeScalars.count
    guard bounds.contains(length) else {
        throw Refusal(
            .invalidRequest,
            "\(name) has \(length) characters; \(bounds.lowerBound) to \(bounds.upperBound) "
                + "are allowed.")
    }
    return value
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

    static func read(_ body: [UInt8]) throws(Refusal) -> Self {
        do {
            return try JSONDecoder().decode(Self.self, from: Data(body))
        } catch DecodingError.typeMismatch(_, let context) {
            let name = context.codingPath.last?.stringValue ?? "The body"
            throw Refusal(UndocumentedAnswer.wrongType, "\(name) is of the wrong JSON type.")
        } catch {
            throw Refusal(UndocumentedAnswer.wrongType, "The body is not a JSON object.")
        }
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct TransferContactAnswer: Encodable {
    let ContactId: String
    let ContactArn: String
}
