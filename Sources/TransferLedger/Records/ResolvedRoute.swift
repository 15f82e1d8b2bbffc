package import TransferCore

/// The kinds of things that rows name.
package enum ThingKind: String, Hashable, Sendable, CaseIterable {
    case queue, user, flow

    /// `queue`, `user`, `contact flow`.
    package var noun: String { self == .flow ? "contact flow" : rawValue }
}

/// What the routes of a job name, for each instance.
package struct RouteNeeds: Sendable {
    /// Distinct ids of destinations and flows.
    private var ids: [InstanceID: [ThingKind: Int]] = [:]
    /// Whether any has a name whose id is not known.
    package var hasNames = false

    package init() {}

    /// Distinct ids of a kind, in all instances.
    package func ids(_ kind: ThingKind) -> Int { ids.values.reduce(0) { $0 + ($1[kind] ?? 0) } }

    package mutating func set(_ kind: ThingKind, in instance: InstanceID, ids count: Int) {
        ids[instance, default: [:]][kind] = count
    }

    /// How many distinct things of a kind have an id in the routes.
    package func ids(_ kind: ThingKind, in instance: InstanceID) -> Int {
        ids[instance]?[kind] ?? 0
    }
}

/// A route whose things have been looked up.
package struct ResolvedRoute: Sendable {
    package var number: Int
    /// With ids for the names that were found.
    package var route: Route
    /// What keeps its rows from being sent.
    package var problems: [RowProblem]

    package init(number: Int, route: Route, problems: [RowProblem]) {
        self.number = number
        self.route = route
        self.problems = problems
    }
}
