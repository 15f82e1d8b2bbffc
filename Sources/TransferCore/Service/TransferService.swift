/// The service as the run knows it: three calls, each one attempt.
///
/// Implementations never retry on their own account except where the call was refused at the door
/// (expired credentials, clock skew), since pacing and attempts are the run's business.
package protocol TransferService: Sendable {
    /// Transfers a contact.
    ///
    /// - Parameter attempt: which of the row's attempts it is, for the service's statistics.
    func transfer(
        _ request: TransferRequest, attempt: Attempt
    ) async throws(TransferFailure) -> Answer<AcceptedTransfer>

    /// Says where a contact is now.
    func describe(
        _ contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<ContactState>

    /// Lists the contacts of a contact's tree, all pages of them.
    func associatedContacts(
        of contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<[AssociatedContact]>
}

/// The calls of ``TransferService``, each made on behalf of a row.
package enum RowOperation: String, Hashable, Sendable, CaseIterable {
    case transferContact = "TransferContact"
    case describeContact = "DescribeContact"
    case listAssociatedContacts = "ListAssociatedContacts"

    /// Among all of the service's.
    package var asOperation: Operation {
        switch self {
        case .transferContact: .transferContact
        case .describeContact: .describeContact
        case .listAssociatedContacts: .listAssociatedContacts
        }
    }
}

/// Which attempt at one thing a call is.
package struct Attempt: Hashable, Sendable {
    /// From 1 on; a call that was throttled or never sent keeps its number.
    package var number: Int
    /// What `number` may become.
    package var max: Int

    package init(number: Int, max: Int) {
        self.number = number
        self.max = max
    }
}

/// A value and the id by which AWS's support finds the call.
package struct Answer<Value: Sendable>: Sendable {
    package var value: Value
    package var requestID: String?

    package init(_ value: Value, requestID: String?) {
        self.value = value
        self.requestID = requestID
    }
}

/// What a 200 of TransferContact says.
package struct AcceptedTransfer: Hashable, Sendable {
    package var newContact: ContactID

    package init(newContact: ContactID) { self.newContact = newContact }
}
