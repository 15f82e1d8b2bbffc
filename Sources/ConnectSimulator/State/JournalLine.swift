/// The first line of a journal: whose state it is.
struct JournalHeader: Codable, Equatable {
    /// The version of the format.
    var batonSimulatorState = JournalHeader.version
    /// The moment of the first start, in nanoseconds since 1970: the world's ages count from it.
    let startedAt: Int64
    let world: WorldOptions
}

/// A transfer that took effect, with all that makes it again.
struct JournalLine: Codable, Equatable {
    /// Nanoseconds since 1970.
    let at: Int64
    // What came of it: the contacts of a journal that another program wrote would have other ids.
    let newContactId: String
    let newQueueId: String?
    let newUserId: String?
    // What it was called with, in the caller's own words.
    let instanceId: String
    let contactId: String
    let contactFlowId: String
    let queueId: String?
    let userId: String?
    let clientToken: String?

    init(_ transfer: Transfer) {
        at = transfer.at.nanoseconds
        newContactId = transfer.newContact.text
        switch transfer.place {
        case .queue(let id): (newQueueId, newUserId) = (id.text, nil)
        case .user(let id): (newQueueId, newUserId) = (nil, id.text)
        case .flow: (newQueueId, newUserId) = (nil, nil)
        }
        let parameters = transfer.parameters
        instanceId = parameters.instance
        contactId = parameters.contact
        contactFlowId = parameters.flow
        clientToken = parameters.token
        switch parameters.destination {
        case .queue(let id): (queueId, userId) = (id, nil)
        case .user(let id): (queueId, userId) = (nil, id)
        case .flowDecides: (queueId, userId) = (nil, nil)
        }
    }

    /// The call that made the transfer.
    var parameters: TransferParameters {
        let destination: TransferParameters.Destination =
            if let queueId {
                .queue(queueId)
            } else if let userId {
                .user(userId)
            } else {
                .flowDecides
            }
        return TransferParameters(
            instance: instanceId, contact: contactId, flow: contactFlowId,
            destination: destination, token: clientToken)
    }
}

/// What became of a contact beside its transfers.
struct ChangeLine: Codable, Equatable {
    /// `stopped`, `taken` or `forgotten`.
    let kind: String
    /// Nanoseconds since 1970.
    let at: Int64
    let contactId: String
    let reason: String?
    let userId: String?

    init(_ change: ContactChange) {
        at = change.at.nanoseconds
        contactId = change.contact.text
        switch change.kind {
        case .stopped(let reason): (kind, self.reason, userId) = ("stopped", reason, nil)
        case .taken(let user): (kind, reason, userId) = ("taken", nil, user.text)
        case .forgotten: (kind, reason, userId) = ("forgotten", nil, nil)
        }
    }

    /// Nil where it is of no kind that this version knows.
    var change: ContactChange? {
        guard let contact = SimulatedID(contactId) else { return nil }
        let at = Moment(nanoseconds: at)
        switch (kind, reason, userId.flatMap { SimulatedID($0) }) {
        case ("stopped", let reason?, _):
            return ContactChange(.stopped(reason: reason), of: contact, at: at)
        case ("taken", _, let user?):
            return ContactChange(.taken(by: user), of: contact, at: at)
        case ("forgotten", _, _): return ContactChange(.forgotten, of: contact, at: at)
        default: return nil
        }
    }
}
