/// The order in which a search gives its contacts, and pages of it.
package struct SearchOrder: Hashable, Sendable {
    /// The model's `SortableFieldName`.
    enum Field: String, Hashable, Sendable {
        case initiation = "INITIATION_TIMESTAMP"
        case scheduled = "SCHEDULED_TIMESTAMP"
        case connectedToAgent = "CONNECTED_TO_AGENT_TIMESTAMP"
        case disconnect = "DISCONNECT_TIMESTAMP"
        case initiationMethod = "INITIATION_METHOD"
        case channel = "CHANNEL"
        /// Contacts here do not expire.
        case expiry = "EXPIRY_TIMESTAMP"
    }

    var field: Field
    var isDescending: Bool

    /// Where a contact stands in the order; ids decide between equals.
    struct Key: Hashable, Sendable, Comparable {
        /// Contacts that lack the field come last, in both directions.
        fileprivate let rank: Int64
        fileprivate let id: SimulatedID

        static func < (a: Key, b: Key) -> Bool { (a.rank, a.id) < (b.rank, b.id) }
    }

    func key(of contact: ContactRecord) -> Key {
        let rank = rank(of: contact).map { isDescending ? -$0 : $0 } ?? .max
        return Key(rank: rank, id: contact.id)
    }

    private func rank(of contact: ContactRecord) -> Int64? {
        switch field {
        case .initiation: contact.initiatedAt.nanoseconds
        case .scheduled, .expiry: nil
        case .connectedToAgent: contact.connectedAt?.nanoseconds
        case .disconnect: contact.end?.at.nanoseconds
        case .initiationMethod: contact.previous == nil ? 0 : 1
        case .channel: rank(of: contact.channel)
        }
    }

    /// By the channel's name.
    private func rank(of channel: ContactChannel) -> Int64 {
        switch channel {
        case .chat: 0
        case .email: 1
        case .task: 2
        case .voice: 3
        }
    }
}

extension SearchOrder.Key {
    /// A key as a page token carries it: the next page begins after a place in the order, not after
    /// a count, so that contacts which come or go meanwhile shift none of the others.
    init?(_ text: Substring) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let rank = Int64(parts[0]), let id = SimulatedID(parts[1]) else {
            return nil
        }
        self.init(rank: rank, id: id)
    }

    var text: String { "\(rank)/\(id.text)" }
}

extension ConnectState {
    /// A page of what a search finds.
    struct Found {
        var contacts: [ContactRecord]
        /// The last contact's key where others follow.
        var next: SearchOrder.Key?
        /// How many the search finds in all.
        var total: Int
    }

    /// Searches the contacts of the instance that has some; the page begins after `key`.
    func contacts(
        found search: ContactSearch, after key: SearchOrder.Key?, atMost size: Int
    ) -> Found {
        var total = 0
        // No more than a page is kept and sorted, however many are found.
        var page: [(key: SearchOrder.Key, contact: ContactRecord)] = []
        for contact in contacts.values where search.finds(contact) {
            total += 1
            let own = search.order.key(of: contact)
            if let key, own <= key { continue }
            if page.count > size, let last = page.last, own > last.key { continue }
            page.insert((own, contact), at: Self.position(of: own, in: page))
            if page.count > size + 1 { page.removeLast() }
        }
        let hasMore = page.count > size
        let shown = page.prefix(size)
        return Found(
            contacts: shown.map(\.contact), next: hasMore ? shown.last?.key : nil, total: total)
    }

    private static func position(
        of key: SearchOrder.Key, in page: [(key: SearchOrder.Key, contact: ContactRecord)]
    ) -> Int {
        var (low, high) = (0, page.count)
        while low < high {
            let middle = (low + high) / 2
            if page[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
