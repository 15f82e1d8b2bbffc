import TransferCore

extension Call {
    /// `POST /search-contacts`, one page, all members in the body.
    static func searchContacts(
        _ search: ContactSearch, after token: String?
    ) throws(TransferFailure) -> Call {
        try bound(search.queues, to: 100, "queues", of: .searchContacts)
        try bound(search.users, to: 100, "users", of: .searchContacts)
        return try post(
            "/search-contacts", SearchBody(search, after: token),
            of: "the contacts of instance \(search.instance)"
        ).withLongAnswer
    }
}

// The members of SearchContacts' body, by the service's names: what is nil is left out.

private struct SearchBody: Encodable {
    let instanceID: String
    let timeRange: TimeRange
    let criteria: Criteria?
    let sort: Sort?
    let maxResults = 100
    let nextToken: String?

    init(_ search: ContactSearch, after token: String?) {
        instanceID = search.instance.text
        timeRange = TimeRange(search)
        criteria = Criteria(search)
        sort = search.order.map { Sort(order: $0.rawValue) }
        nextToken = token
    }

    private enum CodingKeys: String, CodingKey {
        case instanceID = "InstanceId"
        case timeRange = "TimeRange"
        case criteria = "SearchCriteria"
        case sort = "Sort"
        case maxResults = "MaxResults"
        case nextToken = "NextToken"
    }
}

private struct TimeRange: Encodable {
    let type: String
    /// Whole seconds since 1970, as botocore sends them.
    let startTime: Int64
    let endTime: Int64

    init(_ search: ContactSearch) {
        type = search.moment.rawValue
        startTime = search.from.milliseconds / 1000
        endTime = search.to.milliseconds / 1000
    }

    private enum CodingKeys: String, CodingKey {
        case type = "Type"
        case startTime = "StartTime"
        case endTime = "EndTime"
    }
}

private struct Criteria: Encodable {
    let users: [String]?
    let channels: [String]?
    let queues: [String]?
    let absence: Absence?

    /// Nil where a search asks for nothing but its period.
    init?(_ search: ContactSearch) {
        users = search.users.isEmpty ? nil : search.users.map(\.text)
        channels = search.channels.isEmpty ? nil : search.channels
        queues = search.queues.isEmpty ? nil : search.queues.map(\.text)
        absence = search.isActiveOnly ? Absence() : nil
        if users == nil, channels == nil, queues == nil, absence == nil { return nil }
    }

    private enum CodingKeys: String, CodingKey {
        case users = "AgentIds"
        case channels = "Channels"
        case queues = "QueueIds"
        case absence = "AdditionalTimeRange"
    }
}

/// "Not ended": the model has no filter of states, but one of moments that do not exist.
private struct Absence: Encodable {
    let matchType = "MATCH_ALL"
    let criteria = [Condition()]

    struct Condition: Encodable {
        let timestampCondition = [
            "Type": ContactSearch.Moment.disconnected.rawValue, "ConditionType": "NOT_EXISTS",
        ]

        private enum CodingKeys: String, CodingKey {
            case timestampCondition = "TimestampCondition"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case matchType = "MatchType"
        case criteria = "Criteria"
    }
}

private struct Sort: Encodable {
    let fieldName = ContactSearch.Moment.initiated.rawValue
    let order: String

    private enum CodingKeys: String, CodingKey {
        case fieldName = "FieldName"
        case order = "Order"
    }
}
