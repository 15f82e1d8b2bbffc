import Synchronization
import TransferCore

/// A directory of a few things, which notes what it is asked for.
final class ScriptedDirectory: InstanceDirectory {
    let knownQueues: [Queue]
    let knownUsers: [User]
    let knownFlows: [ContactFlow]
    /// What an operation answers with instead.
    let failures: [Operation: TransferFailure]
    private let asked = Mutex<[String]>([])

    init(
        queues: [Queue] = [], users: [User] = [], flows: [ContactFlow] = [],
        failures: [Operation: TransferFailure] = [:]
    ) {
        knownQueues = queues
        knownUsers = users
        knownFlows = flows
        self.failures = failures
    }

    /// The calls so far: `ListQueues`, `DescribeQueue q-1`.
    var calls: [String] { asked.withLock { $0 } }

    private func note(
        _ operation: Operation, _ id: String? = nil
    ) throws(TransferFailure) {
        asked.withLock {
            $0.append([operation.rawValue, id].compactMap(\.self).joined(separator: " "))
        }
        if let failure = failures[operation] { throw failure }
    }

    private func one<Thing>(_ thing: Thing?) throws(TransferFailure) -> Thing {
        guard let thing else {
            throw TransferFailure(
                code: "ResourceNotFoundException", message: "", httpStatus: 404, advice: .permanent)
        }
        return thing
    }

    func queues(
        in instance: InstanceID, types: [QueueType]
    ) async throws(TransferFailure) -> [Queue] {
        try note(.listQueues, types.isEmpty ? "all" : nil)
        // As the service does, without the status.
        return knownQueues.map { Queue(id: $0.id, name: $0.name, type: $0.type) }
    }

    func users(in instance: InstanceID) async throws(TransferFailure) -> [User] {
        try note(.listUsers)
        return knownUsers
    }

    func contactFlows(in instance: InstanceID) async throws(TransferFailure) -> [ContactFlow] {
        try note(.listContactFlows)
        return knownFlows
    }

    func queue(_ id: QueueID, in instance: InstanceID) async throws(TransferFailure) -> Queue {
        try note(.describeQueue, id.text)
        return try one(knownQueues.first { $0.id == id })
    }

    func user(_ id: UserID, in instance: InstanceID) async throws(TransferFailure) -> User {
        try note(.describeUser, id.text)
        return try one(knownUsers.first { $0.id == id })
    }

    func contactFlow(
        _ id: ContactFlowID, in instance: InstanceID
    ) async throws(TransferFailure) -> ContactFlow {
        try note(.describeContactFlow, id.text)
        return try one(knownFlows.first { $0.id == id })
    }

    func contact(
        _ id: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> ContactState {
        try note(.describeContact, id.text)
        return ContactState(channel: "TASK")
    }

    func contacts(
        associatedWith contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> [AssociatedContact] {
        try note(.listAssociatedContacts, contact.text)
        return []
    }
}
