extension Operation {
    /// `POST /search-contacts`; all members are in the body.
    static let searchContacts = Operation(
        name: .searchContacts, method: "POST", path: "/search-contacts",
        quota: .documentedSearchContacts
    ) { call, state, _ throws(Refusal) in
        let body = try SearchContactsBody(json: call.body)
        let search = try ContactSearch(body, in: state.world)
        let page = try Page(
            of: "SearchContacts/\(body.list)", size: body.MaxResults,
            itemsMax: ServiceLimits.contactsPerPage, token: body.NextToken, in: state.world)
        let found =
            try state.hasThings(instance: body.InstanceId)
            ? state.contacts(found: search, after: page.searchKey, atMost: page.size)
            : ConnectState.Found(contacts: [], next: nil, total: 0)
        let isAtEnd = page.start == .end
        let answer = SearchContactsAnswer(
            Contacts: page.isBlank || isAtEnd
                ? [] : found.contacts.map { ContactSearchSummary($0, in: state.world) },
            NextToken: page.token(before: found.next?.text), TotalCount: found.total)
        return Outcome(body: try JSON.bytes(answer))
    }
}

extension Page {
    /// The key in the order of a search after which the page begins.
    fileprivate var searchKey: SearchOrder.Key? {
        if case .after(let text) = start { SearchOrder.Key(text[...]) } else { nil }
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct SearchContactsAnswer: Encodable {
    let Contacts: [ContactSearchSummary]
    let NextToken: String?
    let TotalCount: Int
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct ContactSearchSummary: Encodable {
    let Arn: String
    let Id: String
    let InitialContactId: String?
    let PreviousContactId: String?
    let InitiationMethod: String
    let Channel: String
    let QueueInfo: QueueInfo?
    let AgentInfo: AgentInfo?
    let InitiationTimestamp: Double
    let DisconnectTimestamp: Double?
    let SegmentAttributes: [String: SegmentAttribute]
    let Name: String
    let Tags: [String: String]?

    init(_ record: ContactRecord, in world: World) {
        let details = record.details
        Arn = world.arn("contact", record.id)
        Id = record.id.text
        InitialContactId = record.initial?.text
        PreviousContactId = record.previous?.text
        InitiationMethod = record.initiationMethod
        Channel = record.channel.rawValue
        InitiationTimestamp = record.initiatedAt.seconds
        DisconnectTimestamp = record.end?.at.seconds
        SegmentAttributes = record.segmentAttributes
        Name = details.name
        Tags = details.tags
        QueueInfo = record.queueInfo
        AgentInfo = record.agentInfo
    }
}
