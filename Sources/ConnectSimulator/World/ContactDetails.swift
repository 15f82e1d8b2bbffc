/// What people and systems wrote on a contact.
///
/// Drawn from the id of the first contact of the tree: so it is the same on all of its contacts, in
/// every run, and takes no memory.
package struct ContactDetails: Sendable {
    /// A task's name, an e-mail's subject.
    package let name: String
    package let description: String
    /// Six at most, without a digit in the keys (`ContactTagMap`); nil where there are none.
    package let tags: [String: String]?
    package let attributes: [String: String]

    package init(ofTree root: SimulatedID) {
        var generator = root.generator
        let ticket = 10_000 + generator.index(below: 90_000)
        let subject = generator.one(of: Self.subjects)
        let team = generator.one(of: Self.teams)
        name = "\(subject) (ticket \(ticket))"
        description = "\(subject). Opened by the team \(team)."
        attributes = ["ticket": "\(ticket)", "language": generator.one(of: Self.languages)]
        tags =
            generator.index(below: 4) == 0
            ? nil : ["team": team, "priority": generator.one(of: Self.priorities)]
    }

    private static let subjects = [
        "Refund", "Change of address", "Reminder, second", "Invoice \"missing\"", "Réclamation",
        "Kündigung zum Monatsende", "Claim for water damage", "Password forgotten",
    ]
    private static let teams = ["billing", "claims", "returns"]
    private static let languages = ["en", "fr", "de"]
    private static let priorities = ["high", "normal"]
}
