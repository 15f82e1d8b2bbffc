extension Operation {
    /// `GET /contact/associated/{InstanceId}?contactId&maxResults&nextToken`.
    static let listAssociatedContacts = Operation(
        name: .listAssociatedContacts, method: "GET", path: "/contact/associated/{InstanceId}",
        quota: .documented
    ) { call, state, _ throws(Refusal) in
        let instance = try call.instanceID()
        let contact = try bounded(
            required(call.query("contactId"), "contactId"), "contactId", 1...256)
        let page = try Page(
            of: "ListAssociatedContacts/\(instance)/\(contact)", call,
            itemsMax: ServiceLimits.contactsPerPage, in: state.world)
        let contacts = try state.associatedContacts(of: contact, in: instance)
        let range = try page.range(of: contacts.count)
        let answer = ListAssociatedContactsAnswer(
            ContactSummaryList: contacts[range].map { ContactSummary($0, in: state.world) },
            NextToken: page.nextToken(after: range, of: contacts.count))
        return Outcome(body: try JSON.bytes(answer))
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct ListAssociatedContactsAnswer: Encodable {
    let ContactSummaryList: [ContactSummary]
    let NextToken: String?
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct ContactSummary: Encodable {
    let ContactId: String
    let ContactArn: String
    let InitiationTimestamp: Double
    let DisconnectTimestamp: Double?
    let InitialContactId: String?
    let PreviousContactId: String?
    let InitiationMethod: String
    let Channel: String

    init(_ record: ContactRecord, in world: World) {
        ContactId = record.id.text
        ContactArn = world.arn("contact", record.id)
        InitiationTimestamp = record.initiatedAt.seconds
        DisconnectTimestamp = record.end?.at.seconds
        InitialContactId = record.initial?.text
        PreviousContactId = record.previous?.text
        InitiationMethod = record.initiationMethod
        Channel = record.channel.rawValue
    }
}
