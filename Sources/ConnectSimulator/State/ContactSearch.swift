/// What SearchContacts is asked for: filters that all have to let a contact through, and an order.
package struct ContactSearch: Sendable {
    /// The model's `SearchContactsTimeRangeType`.
    enum TimeKind: String, Hashable, Sendable {
        case initiation = "INITIATION_TIMESTAMP"
        case scheduled = "SCHEDULED_TIMESTAMP"
        case connectedToAgent = "CONNECTED_TO_AGENT_TIMESTAMP"
        case disconnect = "DISCONNECT_TIMESTAMP"
        case enqueue = "ENQUEUE_TIMESTAMP"
    }

    /// A span of time, both ends within it, in seconds since 1970.
    struct TimeRange: Sendable {
        let kind: TimeKind
        let seconds: ClosedRange<Double>
    }

    enum TimeCriterion: Sendable {
        case within(TimeRange)
        /// The model's condition NOT_EXISTS: the contact has no such timestamp.
        case absent(TimeKind)
    }

    /// The model's `SearchContactsMatchType`.
    enum Match: String, Hashable, Sendable {
        case all = "MATCH_ALL"
        case any = "MATCH_ANY"
        case exact = "MATCH_EXACT"
        case none = "MATCH_NONE"

        /// Whether what holds for some of a list's items holds for the list; for an empty list, yes.
        func holds<Item>(for items: [Item], _ holds: (Item) -> Bool) -> Bool {
            switch self {
            case .all, .exact: items.allSatisfy(holds)
            case .any: items.isEmpty || items.contains(where: holds)
            case .none: !items.contains(where: holds)
            }
        }
    }

    /// A tag by its key, and by its value where one is given.
    struct Tag: Sendable {
        let key: String
        let value: String?
    }

    let time: TimeRange
    var order = UndocumentedAnswer.searchOrder
    /// Nil lets every channel through; the same holds for those below.
    var channels: Set<String>?
    var queues: Set<SimulatedID>?
    var agents: Set<SimulatedID>?
    var initiationMethods: Set<String>?
    var names: (texts: [String], match: Match)?
    var times: (criteria: [TimeCriterion], match: Match)?
    var attributes: (criteria: [(key: String, values: [String])], match: Match)?
    /// Alternatives, of which one must hold with all of its tags.
    var tags: [[Tag]]?

    func finds(_ contact: ContactRecord) -> Bool {
        // What costs nothing comes first: this is asked of every contact of the instance.
        lets(contact, through: time)
            && channels?.contains(contact.channel.rawValue) ?? true
            && initiationMethods?.contains(contact.initiationMethod) ?? true
            && isAtOneOf(contact)
            && times.map { $0.match.holds(for: $0.criteria) { lets(contact, through: $0) } } ?? true
            && findsDetails(contact)
    }

    private func isAtOneOf(_ contact: ContactRecord) -> Bool {
        (queues.map { queues in contact.queue.map(queues.contains) ?? false } ?? true)
            && (agents.map { agents in contact.user.map(agents.contains) ?? false } ?? true)
    }

    private func lets(_ contact: ContactRecord, through criterion: TimeCriterion) -> Bool {
        switch criterion {
        case .within(let range): lets(contact, through: range)
        case .absent(let kind): contact.time(kind) == nil
        }
    }

    private func lets(_ contact: ContactRecord, through range: TimeRange) -> Bool {
        contact.time(range.kind).map { range.seconds.contains($0.seconds) } ?? false
    }

    private func findsDetails(_ contact: ContactRecord) -> Bool {
        guard names != nil || attributes != nil || tags != nil else { return true }
        let details = contact.details
        return (names.map { isNamed(details.name, $0.texts, $0.match) } ?? true)
            && attributes.map { asked in
                asked.match.holds(for: asked.criteria) { criterion in
                    details.attributes[criterion.key].map(criterion.values.contains) ?? false
                }
            } ?? true
            && tags.map { alternatives in
                alternatives.contains { $0.allSatisfy { Self.has($0, details.tags ?? [:]) } }
            } ?? true
    }

    private func isNamed(_ name: String, _ texts: [String], _ match: Match) -> Bool {
        guard match != .exact else { return texts.isEmpty || texts.contains(name) }
        return match.holds(for: texts) { UndocumentedAnswer.name(name, holds: $0) }
    }

    private static func has(_ tag: Tag, _ tags: [String: String]) -> Bool {
        guard let value = tags[tag.key] else { return false }
        return tag.value == nil || tag.value == value
    }
}

extension ContactRecord {
    /// A timestamp by the name that searches have for it; no contact here was scheduled.
    func time(_ kind: ContactSearch.TimeKind) -> Moment? {
        switch kind {
        case .initiation: initiatedAt
        case .scheduled: nil
        case .connectedToAgent: connectedAt
        case .disconnect: end?.at
        case .enqueue: enqueuedAt
        }
    }
}
