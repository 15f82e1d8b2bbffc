package import TransferCore

/// Both calls need the right to `ds:DescribeDirectories` too (Service Authorization Reference).
extension ConnectClient {
    /// Lists the account's instances in the Region, a page of 10 (ListInstances).
    package func instances(
        after token: String? = nil
    ) async throws(TransferFailure) -> Answer<Page<Instance>> {
        try await answer(to: .listInstances(after: token), read: AnswerDecoding.instances)
    }

    /// Says whether an instance can be used (DescribeInstance).
    package func instance(
        _ id: InstanceID
    ) async throws(TransferFailure) -> Answer<Instance> {
        try await answer(to: .describeInstance(id)) { response throws(TransferFailure) in
            try AnswerDecoding.instance(response, asked: id)
        }
    }
}
