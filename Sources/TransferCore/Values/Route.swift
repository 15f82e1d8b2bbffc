/// A thing of the service as a row gives it: by its id, or by its exact name.
package enum Reference<ID: ServiceIdentifier>: Hashable, Sendable {
    case id(ID)
    case name(String)

    /// Names are equal byte by byte, as they are to the service; Swift's texts are equal also where
    /// they differ in their Unicode normalisation.
    package static func == (a: Reference, b: Reference) -> Bool {
        switch (a, b) {
        case (.id(let a), .id(let b)): a == b
        case (.name(let a), .name(let b)): a.utf8.elementsEqual(b.utf8)
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .id(let id):
            hasher.combine(0)
            hasher.combine(id)
        case .name(let name):
            hasher.combine(1)
            hasher.combine(Array(name.utf8))
        }
    }
}

/// Where a contact goes or must be, by id or name.
package enum Place: Hashable, Sendable {
    case queue(Reference<QueueID>)
    case user(Reference<UserID>)
}

/// What a row says apart from its contact and token: the way that many rows have in common.
package struct Route: Hashable, Sendable {
    package var instance: InstanceID
    /// Where the instance is, if its ARN tells so; nil where it is the job's own.
    package var home: Home?
    package var flow: Reference<ContactFlowID>
    /// Nil where the flow decides.
    package var destination: Place?
    /// The guard: where the contact must still be.
    package var mustBeAt: Place?

    package init(
        instance: InstanceID, home: Home? = nil, flow: Reference<ContactFlowID>,
        destination: Place?, mustBeAt: Place? = nil
    ) {
        self.instance = instance
        self.home = home
        self.flow = flow
        self.destination = destination
        self.mustBeAt = mustBeAt
    }
}

/// A route and its number within a job.
package struct NewRoute: Hashable, Sendable {
    package var number: Int
    package var route: Route

    package init(number: Int, route: Route) {
        self.number = number
        self.route = route
    }
}

extension Reference {
    /// Nil where it is a name.
    package var id: ID? { if case .id(let id) = self { id } else { nil } }
    /// Nil where it is an id.
    package var name: String? { if case .name(let name) = self { name } else { nil } }
    /// As a row has it.
    package var words: String { id?.text ?? name ?? "" }
}

extension Place {
    package var queue: Reference<QueueID>? {
        if case .queue(let queue) = self { queue } else { nil }
    }
    package var user: Reference<UserID>? { if case .user(let user) = self { user } else { nil } }
}
