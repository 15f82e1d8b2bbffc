/// A user, from ListUsers or DescribeUser: what a row may name, and nothing of the person.
package struct User: Hashable, Sendable {
    package var id: UserID
    package var username: String?

    package init(id: UserID, username: String? = nil) {
        self.id = id
        self.username = username
    }
}
