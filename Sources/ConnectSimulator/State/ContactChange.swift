/// What became of a contact beside its transfers.
package struct ContactChange: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// StopContact ended it.
        case stopped(reason: String)
        /// A user has it from its queue.
        case taken(by: SimulatedID)
        /// The service knows it no more.
        case forgotten
    }

    package let kind: Kind
    package let contact: SimulatedID
    package let at: Moment

    package init(_ kind: Kind, of contact: SimulatedID, at: Moment) {
        self.kind = kind
        self.contact = contact
        self.at = at
    }
}
