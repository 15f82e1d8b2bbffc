/// The calls of Amazon Connect that Baton makes, by the service's own names.
///
/// Each has a quota of its own, which all instances and users of an account share in a Region.
package enum Operation: String, Hashable, Sendable, CaseIterable {
    case transferContact = "TransferContact"
    case describeContact = "DescribeContact"
    case listAssociatedContacts = "ListAssociatedContacts"
    case searchContacts = "SearchContacts"
    case listQueues = "ListQueues"
    case listUsers = "ListUsers"
    case listContactFlows = "ListContactFlows"
    case describeContactFlow = "DescribeContactFlow"
    case describeQueue = "DescribeQueue"
    case describeUser = "DescribeUser"
    case listInstances = "ListInstances"
    case describeInstance = "DescribeInstance"

    /// What AWS documents as the default of an account and Region; an account may have less
    /// (connect-api.md, 2; where the page and Service Quotas disagree, the page's lower one).
    package var documentedQuota: Quota {
        switch self {
        case .describeContact: Quota(ratePerSecond: 10, burst: 15)
        case .searchContacts: Quota(ratePerSecond: 0.5, burst: 1)
        default: Quota(ratePerSecond: 2, burst: 5)
        }
    }

    /// The code of its rate in Service Quotas; nil where none is known.
    package var quotaCode: String? {
        switch self {
        case .transferContact: "L-43B4F8CE"
        case .describeContact: "L-371095B8"
        case .listAssociatedContacts, .searchContacts: nil
        case .listQueues: "L-C56E3A3C"
        case .listUsers: "L-CCC38177"
        case .listContactFlows: "L-4641705A"
        case .describeContactFlow: "L-41C7214A"
        case .describeQueue: "L-FAC57D08"
        case .describeUser: "L-EE6F0D82"
        case .listInstances: "L-98C95556"
        case .describeInstance: "L-D14CF86E"
        }
    }
}

/// The service's token bucket for an operation.
package struct Quota: Hashable, Sendable {
    package var ratePerSecond: Double
    package var burst: Double

    package init(ratePerSecond: Double, burst: Double) {
        self.ratePerSecond = ratePerSecond
        self.burst = burst
    }
}

/// Whose quotas a call is counted on.
package struct QuotaOwner: Hashable, Sendable {
    /// The account's number, or the endpoint where the account is not known.
    package var account: String
    package var region: String

    package init(account: String, region: String) {
        self.account = account
        self.region = region
    }
}
