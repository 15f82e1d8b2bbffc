/// A queue, from ListQueues or DescribeQueue.
package struct Queue: Hashable, Sendable {
    package var id: QueueID
    /// Nil for the queues that belong to users.
    package var name: String?
    /// ListQueues alone says it.
    package var type: QueueType?
    /// DescribeQueue alone says it.
    package var status: QueueStatus?
    /// How many contacts may wait in it; DescribeQueue alone says it, where a limit is set.
    package var contactsMax: Int?

    package init(
        id: QueueID, name: String? = nil, type: QueueType? = nil, status: QueueStatus? = nil,
        contactsMax: Int? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.status = status
        self.contactsMax = contactsMax
    }
}

/// Whether a queue has a name of its own or is a user's.
package struct QueueType: ServiceWord {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let standard = QueueType(rawValue: "STANDARD")
    package static let agent = QueueType(rawValue: "AGENT")
}

/// Whether a queue takes contacts.
package struct QueueStatus: ServiceWord {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let enabled = QueueStatus(rawValue: "ENABLED")
    package static let disabled = QueueStatus(rawValue: "DISABLED")
}
