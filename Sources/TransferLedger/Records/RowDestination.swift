/// Where a row goes, as people are told: what the row names, and the id that was found for it.
package struct RowDestination: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case queue, user
        /// Neither queue nor user is named: the flow decides.
        case flow
    }

    package var kind: Kind
    /// Nil where the flow decides, and while a name was not looked up or is not known.
    package var id: String?
    /// Nil where the row gives an id.
    package var name: String?

    /// The destination of a route's columns, of which those of one kind at most have a value.
    init(queue: String?, queueName: String?, user: String?, userName: String?) {
        if queue != nil || queueName != nil {
            self.init(.queue, id: queue, name: queueName)
        } else if user != nil || userName != nil {
            self.init(.user, id: user, name: userName)
        } else {
            self.init(.flow, id: nil, name: nil)
        }
    }

    private init(_ kind: Kind, id: String?, name: String?) {
        self.kind = kind
        self.id = id
        self.name = name
    }
}
