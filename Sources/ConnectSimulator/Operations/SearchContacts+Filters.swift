extension ContactSearch {
    /// Reads what a body asks for and checks all that the model says of it.
    init(_ body: SearchContactsBody, in world: World) throws(Refusal) {
        time = try Self.range(body.TimeRange)
        let limit = Double(UndocumentedAnswer.searchedTimeMax.components.seconds)
        guard time.seconds.upperBound - time.seconds.lowerBound <= limit else {
            throw Refusal(
                UndocumentedAnswer.badTimeRange, "TimeRange is longer than 8 weeks.")
        }
        if let sort = body.Sort { order = try SearchOrder(sort) }
        guard let criteria = body.SearchCriteria else { return }
        channels = try Self.values(criteria.Channels, "Channels", of: ContactChannel.self)
        initiationMethods = try Self.values(
            criteria.InitiationMethods, "InitiationMethods", of: InitiationMethod.self)
        queues = try Self.ids(criteria.QueueIds, "QueueIds", 0...Int.max, of: "queue", in: world)
        agents = try Self.ids(criteria.AgentIds, "AgentIds", 1...256, of: "agent", in: world)
        if let name = criteria.Name { names = try Self.names(name) }
        if let more = criteria.AdditionalTimeRange {
            var criteria: [TimeCriterion] = []
            for criterion in more.Criteria { criteria.append(try Self.criterion(criterion)) }
            times = (criteria, try modelled(more.MatchType, "MatchType"))
        }
        if let asked = criteria.SearchableContactAttributes {
            attributes = try Self.attributes(asked)
        }
        if let asked = criteria.ContactTags { tags = try Self.tags(asked) }
    }

    /// The most ids that a filter takes.
    private static let idsMax = 100

    /// The values of a filter; nil, which lets all through, where there are none.
    private static func values<Value: RawRepresentable<String>>(
        _ texts: [String]?, _ name: String, of: Value.Type
    ) throws(Refusal) -> Set<String>? {
        guard let texts, !texts.isEmpty else { return nil }
        for text in texts { let _: Value = try modelled(text, name) }
        return Set(texts)
    }

    private static func ids(
        _ texts: [String]?, _ name: String, _ bounds: ClosedRange<Int>, of kind: String,
        in world: World
    ) throws(Refusal) -> Set<SimulatedID>? {
        guard let texts, !texts.isEmpty else { return nil }
        var ids: Set<SimulatedID> = []
        for text in try bounded(texts, name, 0...idsMax) {
            _ = try bounded(text, name, bounds)
            // "AgentResourceId" is what TransferContact takes as an id or an ARN.
            let own = try ConnectState.id(text, in: kind, of: world, mayBeARN: kind == "agent")
            // An unknown id finds nothing; it is no error.
            if let id = SimulatedID(own) { ids.insert(id) }
        }
        return ids
    }

    private static func range(_ range: SearchContactsBody.TimeRange) throws(Refusal) -> TimeRange {
        guard range.StartTime <= range.EndTime else {
            throw Refusal(UndocumentedAnswer.badTimeRange, "EndTime is before StartTime.")
        }
        return TimeRange(
            kind: try modelled(range.Type, "TimeRange.Type"),
            seconds: range.StartTime...range.EndTime)
    }

    private static func criterion(
        _ criterion: SearchContactsBody.TimeCriterion
    ) throws(Refusal) -> TimeCriterion {
        switch (criterion.TimeRange, criterion.TimestampCondition) {
        case (let asked?, nil): return .within(try range(asked))
        case (nil, let condition?):
            guard condition.ConditionType == "NOT_EXISTS" else {
                throw Refusal(
                    UndocumentedAnswer.boundBroken,
                    "ConditionType cannot be \(condition.ConditionType).")
            }
            return .absent(try modelled(condition.Type, "TimestampCondition.Type"))
        default:
            throw Refusal(
                .invalidRequest,
                "A criterion of AdditionalTimeRange has either TimeRange or TimestampCondition.")
        }
    }

    private static func names(
        _ name: SearchContactsBody.Name
    ) throws(Refusal) -> (texts: [String], match: Match) {
        let texts = try bounded(name.SearchText, "SearchText", 0...100)
        for text in texts { _ = try bounded(text, "SearchText", 0...128) }
        return (texts, try modelled(name.MatchType, "MatchType"))
    }

    private static func attributes(
        _ asked: SearchContactsBody.Attributes
    ) throws(Refusal) -> (criteria: [(key: String, values: [String])], match: Match) {
        var criteria: [(key: String, values: [String])] = []
        for criterion in try bounded(asked.Criteria, "Criteria", 0...15) {
            let key = try bounded(criterion.Key, "Key", 1...100)
            let values = try bounded(criterion.Values, "Values", 0...20)
            for value in values { _ = try bounded(value, "Values", 0...100) }
            criteria.append((key, values))
        }
        guard let match = asked.MatchType else { return (criteria, .all) }
        return (criteria, try modelled(match, "MatchType"))
    }

    /// Alternatives, of which each is a list of tags that must all be there.
    private static func tags(_ asked: SearchContactsBody.Tags) throws(Refusal) -> [[Tag]]? {
        func tag(_ tag: SearchContactsBody.Tag) throws(Refusal) -> Tag {
            Tag(key: try required(tag.TagKey, "TagKey"), value: tag.TagValue)
        }
        var always: [Tag] = []
        for condition in asked.AndConditions ?? [] { always.append(try tag(condition)) }
        if let condition = asked.TagCondition { always.append(try tag(condition)) }
        guard let alternatives = asked.OrConditions, !alternatives.isEmpty else {
            return always.isEmpty ? nil : [always]
        }
        var all: [[Tag]] = []
        for alternative in alternatives {
            var tags = always
            for condition in alternative { tags.append(try tag(condition)) }
            all.append(tags)
        }
        return all
    }
}

extension SearchOrder {
    fileprivate init(_ sort: SearchContactsBody.Sort) throws(Refusal) {
        field = try modelled(sort.FieldName, "Sort.FieldName")
        guard sort.Order == "ASCENDING" || sort.Order == "DESCENDING" else {
            throw Refusal(
                UndocumentedAnswer.boundBroken, "Sort.Order cannot be \(sort.Order).")
        }
        isDescending = sort.Order == "DESCENDING"
    }
}

/// The model's `ContactInitiationMethod`.
private enum InitiationMethod: String {
    case inbound = "INBOUND"
    case outbound = "OUTBOUND"
    case transfer = "TRANSFER"
    case queueTransfer = "QUEUE_TRANSFER"
    case callback = "CALLBACK"
    case api = "API"
    case disconnect = "DISCONNECT"
    case monitor = "MONITOR"
    case externalOutbound = "EXTERNAL_OUTBOUND"
    case webRTC = "WEBRTC_API"
    case agentReply = "AGENT_REPLY"
    case flow = "FLOW"
}
