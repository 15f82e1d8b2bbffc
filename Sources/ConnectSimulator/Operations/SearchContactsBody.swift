// swift-format-ignore: AlwaysUseLowerCamelCase
/// The members of SearchContacts by the model's names, as far as the simulator answers to them.
struct SearchContactsBody: Codable {
    struct TimeRange: Codable {
        let `Type`: String
        let StartTime: Double
        let EndTime: Double
    }

    struct TimestampCondition: Codable {
        let `Type`: String
        let ConditionType: String
    }

    struct TimeCriterion: Codable {
        let TimeRange: TimeRange?
        let TimestampCondition: TimestampCondition?
    }

    struct AdditionalTimeRange: Codable {
        let Criteria: [TimeCriterion]
        let MatchType: String
    }

    struct Name: Codable {
        let SearchText: [String]
        let MatchType: String
    }

    struct Attribute: Codable {
        let Key: String
        let Values: [String]
    }

    struct Attributes: Codable {
        let Criteria: [Attribute]
        let MatchType: String?
    }

    struct Tag: Codable {
        let TagKey: String?
        let TagValue: String?
    }

    struct Tags: Codable {
        let OrConditions: [[Tag]]?
        let AndConditions: [Tag]?
        let TagCondition: Tag?
    }

    struct Criteria: Codable {
        let Name: Name?
        let AgentIds: [String]?
        let Channels: [String]?
        let InitiationMethods: [String]?
        let QueueIds: [String]?
        let AdditionalTimeRange: AdditionalTimeRange?
        let SearchableContactAttributes: Attributes?
        let ContactTags: Tags?
    }

    struct Sort: Codable {
        let FieldName: String
        let Order: String
    }

    let InstanceId: String
    let TimeRange: TimeRange
    let SearchCriteria: Criteria?
    let Sort: Sort?
    var MaxResults: Int?
    var NextToken: String?
}

extension SearchContactsBody {
    /// Reads the body and checks the bounds of the members that stand by themselves.
    init(json body: [UInt8]) throws(Refusal) {
        self = try JSON.read(Self.self, from: body)
        try FiltersAsked.check(body)
        _ = try bounded(InstanceId, "InstanceId", 1...100)
        if let token = NextToken { _ = try bounded(token, "NextToken", 1...100_000) }
    }

    /// The list that is asked for: the same for all of its pages, whatever their size.
    var list: String {
        get throws(Refusal) {
            var body = self
            body.MaxResults = nil
            body.NextToken = nil
            return String(decoding: try JSON.bytes(body), as: UTF8.self)
        }
    }
}

/// The filters that a body names, known or not.
///
/// The service passes over members that it does not know. Not so here: a filter that is left out
/// finds contacts that were not asked for, and those would be moved.
private struct FiltersAsked: Decodable {
    private struct Filter: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Names: Decodable {
        let names: [String]

        init(from decoder: any Decoder) throws {
            let filters = try decoder.container(keyedBy: Filter.self)
            names = try filters.allKeys.filter { try !filters.decodeNil(forKey: $0) }
                .map(\.stringValue)
        }
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private let SearchCriteria: Names?

    private static let answered: Set<String> = [
        "Name", "AgentIds", "Channels", "InitiationMethods", "QueueIds", "AdditionalTimeRange",
        "SearchableContactAttributes", "ContactTags",
    ]

    static func check(_ body: [UInt8]) throws(Refusal) {
        let asked = try JSON.read(Self.self, from: body).SearchCriteria?.names ?? []
        if let other = asked.sorted().first(where: { !answered.contains($0) }) {
            throw Refusal(
                .invalidRequest, "The simulator does not search by SearchCriteria.\(other).")
        }
    }
}
