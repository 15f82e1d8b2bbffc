package import TransferCore

/// What rows name: queues, users and contact flows.
extension ConnectClient {
    /// Lists queues, a page of 1,000 (ListQueues).
    ///
    /// - Parameter types: empty for both; then the users' own come too, one for each user.
    package func queues(
        in instance: InstanceID, types: [QueueType] = [.standard], after token: String? = nil
    ) async throws(TransferFailure) -> Answer<Page<Queue>> {
        try await answer(
            to: .listQueues(in: instance, types: types, after: token), read: AnswerDecoding.queues)
    }

    /// Lists users, a page of 1,000 (ListUsers).
    package func users(
        in instance: InstanceID, after token: String? = nil
    ) async throws(TransferFailure) -> Answer<Page<User>> {
        try await answer(
            to: .listUsers(in: instance, after: token), read: AnswerDecoding.users)
    }

    /// Lists contact flows, a page of 1,000 (ListContactFlows).
    ///
    /// - Parameter types: 10 at the most; empty for all.
    package func contactFlows(
        in instance: InstanceID, types: [ContactFlowType] = [], after token: String? = nil
    ) async throws(TransferFailure) -> Answer<Page<ContactFlow>> {
        try await answer(
            to: try .listContactFlows(in: instance, types: types, after: token),
            read: AnswerDecoding.contactFlows)
    }

    /// Says whether a queue takes contacts, and how many (DescribeQueue).
    package func queue(
        _ id: QueueID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<Queue> {
        try await answer(to: .describeQueue(id, in: instance)) {
            response throws(TransferFailure) in
            try AnswerDecoding.queue(response, asked: id)
        }
    }

    /// Says who a user is (DescribeUser).
    package func user(
        _ id: UserID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<User> {
        try await answer(to: .describeUser(id, in: instance)) {
            response throws(TransferFailure) in
            try AnswerDecoding.user(response, asked: id)
        }
    }

    /// Says of which type a contact flow is, and whether it is in use (DescribeContactFlow).
    ///
    /// One that was never published is refused with `ContactFlowNotPublishedException`.
    package func contactFlow(
        _ id: ContactFlowID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<ContactFlow> {
        try await answer(to: .describeContactFlow(id, in: instance)) {
            response throws(TransferFailure) in
            try AnswerDecoding.contactFlow(response, asked: id)
        }
    }
}
