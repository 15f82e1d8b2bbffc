/// What the service says of a contact, as far as a transfer cares.
package struct ContactState: Hashable, Sendable {
    /// `TASK`, `EMAIL`, `VOICE`, `CHAT`, or what the service adds next.
    package var channel: String?
    package var queue: QueueID?
    package var user: UserID?
    package var initiatedAt: Timestamp?
    /// Nil while the contact is active.
    package var disconnectedAt: Timestamp?
    /// When this was said, by the service's clock, as all of it is.
    package var saidAt: Timestamp?
    /// The first contact of the chain; nil where this is it.
    package var initial: ContactID?
    /// The contact that this one was transferred from.
    package var previous: ContactID?
    /// `TRANSFER`, `QUEUE_TRANSFER`, `API`, and others.
    package var initiationMethod: String?
    /// Why it ended, such as `TRANSFERRED`; DescribeContact alone says it.
    package var disconnectReason: String?

    package init(
        channel: String? = nil, queue: QueueID? = nil, user: UserID? = nil,
        initiatedAt: Timestamp? = nil, disconnectedAt: Timestamp? = nil,
        saidAt: Timestamp? = nil, initial: ContactID? = nil, previous: ContactID? = nil,
        initiationMethod: String? = nil,
        disconnectReason: String? = nil
    ) {
        self.channel = channel
        self.queue = queue
        self.user = user
        self.initiatedAt = initiatedAt
        self.disconnectedAt = disconnectedAt
        self.saidAt = saidAt
        self.initial = initial
        self.previous = previous
        self.initiationMethod = initiationMethod
        self.disconnectReason = disconnectReason
    }
}

/// One contact of a tree, from ListAssociatedContacts.
package struct AssociatedContact: Hashable, Sendable {
    package var id: ContactID
    package var previous: ContactID?
    /// By this machine's clock where the service's is known to differ: it is held against when we
    /// sent a transfer.
    package var initiatedAt: Timestamp?
    /// Nil while the contact is active.
    package var disconnectedAt: Timestamp?
    /// `TRANSFER`, `QUEUE_TRANSFER`, `API`, and others.
    package var initiationMethod: String?

    package init(
        id: ContactID, previous: ContactID?, initiatedAt: Timestamp?,
        disconnectedAt: Timestamp? = nil, initiationMethod: String? = nil
    ) {
        self.id = id
        self.previous = previous
        self.initiatedAt = initiatedAt
        self.disconnectedAt = disconnectedAt
        self.initiationMethod = initiationMethod
    }
}
