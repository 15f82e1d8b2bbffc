package import TransferCore

/// Amazon Connect's own directory of an instance, asked at the pace of each operation's quota.
package struct ConnectDirectory: InstanceDirectory {
    private let client: ConnectClient
    private let reads: PacedReads
    private let owner: QuotaOwner

    package init(_ client: ConnectClient, reads: PacedReads, owner: QuotaOwner) {
        self.client = client
        self.reads = reads
        self.owner = owner
    }

    package func queues(
        in instance: InstanceID, types: [QueueType]
    ) async throws(TransferFailure) -> [Queue] {
        try await all(.listQueues, of: "the queues of instance \(instance)") {
            token throws(TransferFailure) in
            try await client.queues(in: instance, types: types, after: token)
        }
    }

    package func users(in instance: InstanceID) async throws(TransferFailure) -> [User] {
        try await all(.listUsers, of: "the users of instance \(instance)") {
            token throws(TransferFailure) in
            try await client.users(in: instance, after: token)
        }
    }

    package func contactFlows(
        in instance: InstanceID
    ) async throws(TransferFailure) -> [ContactFlow] {
        try await all(.listContactFlows, of: "the contact flows of instance \(instance)") {
            token throws(TransferFailure) in
            try await client.contactFlows(in: instance, after: token)
        }
    }

    package func queue(
        _ id: QueueID, in instance: InstanceID
    ) async throws(TransferFailure) -> Queue {
        try await reads.read(.describeQueue, of: owner) { () throws(TransferFailure) in
            try await client.queue(id, in: instance).value
        }
    }

    package func user(
        _ id: UserID, in instance: InstanceID
    ) async throws(TransferFailure) -> User {
        try await reads.read(.describeUser, of: owner) { () throws(TransferFailure) in
            try await client.user(id, in: instance).value
        }
    }

    package func contactFlow(
        _ id: ContactFlowID, in instance: InstanceID
    ) async throws(TransferFailure) -> ContactFlow {
        try await reads.read(.describeContactFlow, of: owner) { () throws(TransferFailure) in
            try await client.contactFlow(id, in: instance).value
        }
    }

    package func contact(
        _ id: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> ContactState {
        try await reads.read(.describeContact, of: owner) { () throws(TransferFailure) in
            try await client.describe(id, in: instance).value
        }
    }

    package func contacts(
        associatedWith contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> [AssociatedContact] {
        try await reads.read(.listAssociatedContacts, of: owner) { () throws(TransferFailure) in
            try await client.associatedContacts(of: contact, in: instance).value
        }
    }

    /// All pages of a list.
    private func all<Item: Sendable>(
        _ operation: Operation, of subject: String,
        _ page: (String?) async throws(TransferFailure) -> Answer<Page<Item>>
    ) async throws(TransferFailure) -> [Item] {
        let answer: Answer<[Item]> = try await .all(of: subject) { token throws(TransferFailure) in
            try await reads.read(operation, of: owner) { () throws(TransferFailure) in
                try await page(token)
            }
        }
        return answer.value
    }
}
