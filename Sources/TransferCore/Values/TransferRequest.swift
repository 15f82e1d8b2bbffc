/// Where a contact goes.
package enum Destination: Hashable, Sendable {
    case queue(QueueID)
    case user(UserID)
    /// Neither queue nor user is named: the flow decides.
    case flowDecides
}

/// Where a contact must still be for its transfer to be made.
package enum Guard: Hashable, Sendable {
    case queue(QueueID)
    case user(UserID)
}

/// A row that passed validation: what TransferContact will be called with.
package struct TransferRequest: Hashable, Sendable {
    package var instance: InstanceID
    package var contact: ContactID
    package var flow: ContactFlowID
    package var destination: Destination
    package var token: ClientToken

    package init(
        instance: InstanceID, contact: ContactID, flow: ContactFlowID, destination: Destination,
        token: ClientToken
    ) {
        self.instance = instance
        self.contact = contact
        self.flow = flow
        self.destination = destination
        self.token = token
    }
}
