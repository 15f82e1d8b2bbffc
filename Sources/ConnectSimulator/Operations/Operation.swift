/// The operations by the service's own names.
package enum OperationName: String, Hashable, Sendable, CaseIterable {
    case transferContact = "TransferContact"
    case describeContact = "DescribeContact"
    case listAssociatedContacts = "ListAssociatedContacts"
    case searchContacts = "SearchContacts"
    case listQueues = "ListQueues"
    case listUsers = "ListUsers"
    case listContactFlows = "ListContactFlows"
    case describeQueue = "DescribeQueue"
    case describeUser = "DescribeUser"
    case describeContactFlow = "DescribeContactFlow"
    case listInstances = "ListInstances"
    case describeInstance = "DescribeInstance"
    case stopContact = "StopContact"
    case associateContactWithUser = "AssociateContactWithUser"
}

/// One operation of the service: where it is, how often it may be called, what it does.
///
/// Another one takes a case in ``OperationName``, a file with its definition, and a line in
/// ``definitions``.
package struct Operation: Sendable {
    /// What an operation answers, and what it changed.
    package struct Outcome: Sendable {
        package var body: [UInt8]
        /// The transfer that took effect in this call.
        package var effect: Transfer?
        /// What else became of a contact in it.
        package var change: ContactChange?
        /// The call got the answer of an earlier one.
        package var isRepeated = false
    }

    typealias Action =
        @Sendable (CallParameters, inout ConnectState, Moment) throws(Refusal) -> Outcome

    package let name: OperationName
    let method: String
    let path: PathTemplate
    /// The quota that the service documents.
    package let quota: Quota
    let perform: Action

    package static let definitions: [Operation] = [
        .transferContact, .describeContact, .listAssociatedContacts, .searchContacts,
        .listQueues, .listUsers, .listContactFlows,
        .describeQueue, .describeUser, .describeContactFlow,
        .listInstances, .describeInstance,
        .stopContact, .associateContactWithUser,
    ]

    /// The operations by the first part of their paths: three at most share one, so that a call is
    /// held against few templates however many operations there are.
    private static let byFirstPart = Dictionary(grouping: definitions) { $0.path.firstPart }

    /// The operation of a method and a path; nil where the service has none there.
    package static func matching(
        method: String, path: Substring
    ) -> (operation: Operation, labels: [String: String])? {
        let firstPart = path.dropFirst().prefix { $0 != "/" }
        for operation in byFirstPart[firstPart] ?? [] where operation.method == method {
            if let labels = operation.path.labels(in: path) { return (operation, labels) }
        }
        return nil
    }
}
