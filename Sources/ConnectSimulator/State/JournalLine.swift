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
