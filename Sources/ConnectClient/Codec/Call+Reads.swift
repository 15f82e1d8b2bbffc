import TransferCore

/// The calls that only read. Pages are as large as the service's model allows, since each costs a
/// call of a quota of 2 a second (voicemail-for-amazon-connect#51).
extension Call {
    /// `GET /contacts/{InstanceId}/{ContactId}`.
    static func describe(_ contact: ContactID, in instance: InstanceID) -> Call {
        get(["contacts", PathWord(instance), PathWord(contact)])
    }

    /// `GET /contact/associated/{InstanceId}`, one page.
    static func associated(
        with contact: ContactID, in instance: InstanceID, after token: String?
    ) -> Call {
        get(
            ["contact", "associated", PathWord(instance)],
            query: [("contactId", contact.text)] + page(of: 100, after: token))
    }

    /// `GET /queues-summary/{InstanceId}`, one page.
    ///
    /// - Parameter types: empty for both; then the users' own come too, one for each user.
    static func listQueues(
        in instance: InstanceID, types: [QueueType], after token: String?
    ) -> Call {
        get(
            ["queues-summary", PathWord(instance)],
            query: types.map { ("queueTypes", $0.rawValue) } + page(of: 1000, after: token)
        ).withLongAnswer
    }

    /// `GET /users-summary/{InstanceId}`, one page.
    static func listUsers(in instance: InstanceID, after token: String?) -> Call {
        get(["users-summary", PathWord(instance)], query: page(of: 1000, after: token))
            .withLongAnswer
    }

    /// `GET /contact-flows-summary/{InstanceId}`, one page.
    ///
    /// - Parameter types: 10 at the most; empty for all.
    static func listContactFlows(
        in instance: InstanceID, types: [ContactFlowType], after token: String?
    ) throws(TransferFailure) -> Call {
        try bound(types, to: 10, "contact flow types", of: .listContactFlows)
        return get(
            ["contact-flows-summary", PathWord(instance)],
            query: types.map { ("contactFlowTypes", $0.rawValue) } + page(of: 1000, after: token)
        ).withLongAnswer
    }

    /// `GET /contact-flows/{InstanceId}/{ContactFlowId}`.
    static func describeContactFlow(_ flow: ContactFlowID, in instance: InstanceID) -> Call {
        get(["contact-flows", PathWord(instance), PathWord(flow)]).withLongAnswer
    }

    /// `GET /queues/{InstanceId}/{QueueId}`.
    static func describeQueue(_ queue: QueueID, in instance: InstanceID) -> Call {
        get(["queues", PathWord(instance), PathWord(queue)])
    }

    /// `GET /users/{InstanceId}/{UserId}`.
    static func describeUser(_ user: UserID, in instance: InstanceID) -> Call {
        get(["users", PathWord(instance), PathWord(user)])
    }

    /// `GET /instance`, one page.
    static func listInstances(after token: String?) -> Call {
        get(["instance"], query: page(of: 10, after: token))
    }

    /// `GET /instance/{InstanceId}`.
    static func describeInstance(_ instance: InstanceID) -> Call {
        get(["instance", PathWord(instance)])
    }

    /// Refuses a list that the service's model refuses, before a call is spent on it.
    static func bound(
        _ list: [some Any], to most: Int, _ subject: String, of operation: TransferCore.Operation
    ) throws(TransferFailure) {
        guard list.count > most else { return }
        throw TransferFailure(
            code: "RequestTooLarge",
            message: "\(operation.rawValue) takes \(most) \(subject) at the most, and was asked "
                + "for \(list.count). Ask for fewer at a time.", advice: .permanent)
    }

    private static func page(
        of itemsMax: Int, after token: String?
    ) -> [(name: String, value: String)] {
        [("maxResults", "\(itemsMax)")] + (token.map { [("nextToken", $0)] } ?? [])
    }
}
