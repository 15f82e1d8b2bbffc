/// A contact flow, from ListContactFlows or DescribeContactFlow.
package struct ContactFlow: Hashable, Sendable {
    package var id: ContactFlowID
    package var name: String?
    package var type: ContactFlowType?
    package var state: ContactFlowState?
    package var status: ContactFlowStatus?

    package init(
        id: ContactFlowID, name: String? = nil, type: ContactFlowType? = nil,
        state: ContactFlowState? = nil, status: ContactFlowStatus? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.state = state
        self.status = status
    }
}

/// What a flow is for.
package struct ContactFlowType: ServiceWord {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// An inbound flow.
    package static let contactFlow = ContactFlowType(rawValue: "CONTACT_FLOW")
    package static let agentTransfer = ContactFlowType(rawValue: "AGENT_TRANSFER")
    package static let queueTransfer = ContactFlowType(rawValue: "QUEUE_TRANSFER")

    /// Those that TransferContact takes (its page of the API reference).
    package static let ofTransfers: [ContactFlowType] = [
        .contactFlow, .agentTransfer, .queueTransfer,
    ]
}

/// Whether a flow is in use.
package struct ContactFlowState: ServiceWord {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let active = ContactFlowState(rawValue: "ACTIVE")
    package static let archived = ContactFlowState(rawValue: "ARCHIVED")
}

/// Whether a flow was ever published.
package struct ContactFlowStatus: ServiceWord {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let published = ContactFlowStatus(rawValue: "PUBLISHED")
    package static let saved = ContactFlowStatus(rawValue: "SAVED")
}
