/// What an instance has of the things that rows name.
///
/// Each call waits for its quota and is made again after a passing fault, so that a failure is one
/// that stays.
package protocol InstanceDirectory: Sendable {
    /// Lists all queues of these types; of both where none is named.
    func queues(
        in instance: InstanceID, types: [QueueType]
    ) async throws(TransferFailure) -> [Queue]

    /// Lists all users.
    func users(in instance: InstanceID) async throws(TransferFailure) -> [User]

    /// Lists all contact flows.
    func contactFlows(in instance: InstanceID) async throws(TransferFailure) -> [ContactFlow]

    /// Says whether a queue takes contacts.
    func queue(
        _ id: QueueID, in instance: InstanceID
    ) async throws(TransferFailure) -> Queue

    /// Says whether there is such a user.
    func user(_ id: UserID, in instance: InstanceID) async throws(TransferFailure) -> User

    /// Says of which type a contact flow is, and whether it is in use.
    func contactFlow(
        _ id: ContactFlowID, in instance: InstanceID
    ) async throws(TransferFailure) -> ContactFlow

    /// Says where a contact is now.
    func contact(
        _ id: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> ContactState

    /// Lists the contacts of a contact's tree.
    func contacts(
        associatedWith contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> [AssociatedContact]
}
