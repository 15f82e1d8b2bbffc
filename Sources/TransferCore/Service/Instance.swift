/// An Amazon Connect instance, from ListInstances or DescribeInstance.
package struct Instance: Hashable, Sendable {
    package var id: InstanceID
    package var arn: String?
    /// The name in its web address.
    package var alias: String?
    package var status: InstanceStatus?

    package init(
        id: InstanceID, arn: String? = nil, alias: String? = nil, status: InstanceStatus? = nil
    ) {
        self.id = id
        self.arn = arn
        self.alias = alias
        self.status = status
    }
}

/// Whether an instance can be used.
package struct InstanceStatus: ServiceWord {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let creationInProgress = InstanceStatus(rawValue: "CREATION_IN_PROGRESS")
    package static let active = InstanceStatus(rawValue: "ACTIVE")
    package static let creationFailed = InstanceStatus(rawValue: "CREATION_FAILED")
}
