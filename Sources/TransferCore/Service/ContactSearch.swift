/// Which contacts of an instance to find, for SearchContacts.
package struct ContactSearch: Hashable, Sendable {
    package var instance: InstanceID
    /// Which moment of a contact's life lies in the period.
    package var moment = Moment.initiated
    /// The period's two ends, which the service takes in whole seconds: fractions are dropped.
    package var from: Timestamp
    package var to: Timestamp
    /// `TASK`, `EMAIL`, `VOICE`, `CHAT`; empty for all.
    package var channels: [String] = []
    /// In any of these; empty for all; 100 at the most.
    package var queues: [QueueID] = []
    /// With any of these; empty for all; 100 at the most.
    package var users: [UserID] = []
    /// Only those that have not ended.
    package var isActiveOnly = false
    /// By the moment of initiation; nil leaves it to the service.
    package var order: Order?

    /// The moments that the service can search by, in its own words.
    package enum Moment: String, Hashable, Sendable {
        case initiated = "INITIATION_TIMESTAMP"
        case scheduled = "SCHEDULED_TIMESTAMP"
        case connectedToUser = "CONNECTED_TO_AGENT_TIMESTAMP"
        case disconnected = "DISCONNECT_TIMESTAMP"
        case enqueued = "ENQUEUE_TIMESTAMP"
    }

    /// In the service's own words.
    package enum Order: String, Hashable, Sendable {
        case ascending = "ASCENDING"
        case descending = "DESCENDING"
    }

    package init(in instance: InstanceID, from: Timestamp, to: Timestamp) {
        self.instance = instance
        self.from = from
        self.to = to
    }
}

/// A contact that was found, and where it is.
package struct FoundContact: Hashable, Sendable {
    package var id: ContactID
    package var state: ContactState

    package init(id: ContactID, state: ContactState) {
        self.id = id
        self.state = state
    }
}
