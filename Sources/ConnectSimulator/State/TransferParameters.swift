/// What TransferContact was called with, in the caller's own words.
package struct TransferParameters: Hashable, Sendable {
    /// The destination as the caller names it.
    package enum Destination: Hashable, Sendable {
        case queue(String)
        /// An id or an ARN.
        case user(String)
        case flowDecides
    }

    package var instance: String
    package var contact: String
    package var flow: String
    package var destination: Destination
    package var token: String?

    package init(
        instance: String, contact: String, flow: String, destination: Destination,
        token: String? = nil
    ) {
        self.instance = instance
        self.contact = contact
        self.flow = flow
        self.destination = destination
        self.token = token
    }
}

/// A transfer that was made.
package struct Transfer: Hashable, Sendable {
    /// The call that made it.
    package let parameters: TransferParameters
    package let contact: SimulatedID
    package let newContact: SimulatedID
    package let place: Place
    package let at: Moment

    package var token: String? { parameters.token }
}
