/// The answers that no document of AWS gives, all in this place. **Every one is a guess.**
///
/// The exception is always one that the model names for the operation; which of them only a live
/// instance can say. No client may depend on them.
package enum UndocumentedAnswer {
    /// The contact has ended: "can be called only on active contacts" names no exception.
    package static let contactEnded = Exception.invalidRequest
    /// A twelfth transfer: "cannot be transferred more than 11 times" names none either.
    package static let tooManyTransfers = Exception.serviceQuotaExceeded
    /// A voice or chat contact.
    package static let wrongChannel = Exception.invalidRequest
    /// A flow of a type that carries no transfers.
    package static let wrongFlowType = Exception.invalidRequest
    /// An archived flow.
    package static let flowArchived = Exception.invalidRequest
    /// A member of the wrong JSON type; other services of AWS say SerializationException, which
    /// Connect does not model.
    package static let wrongType = Exception.invalidRequest

    /// How long a client token is known: documented for the Start… operations alone.
    package static let tokenLifetime = Duration.seconds(7 * 86_400)
    /// Whether QUEUE_TRANSFER or this one: "by an agent via quick connects" fits neither.
    package static let initiationMethod = "TRANSFER"

    /// Why the contact before a transfer ended. The contact records' documentation lists
    /// TRANSFERRED for e-mails and not for tasks.
    package static func disconnectReason(of channel: ContactChannel) -> String {
        channel == .email ? "TRANSFERRED" : "API"
    }
}

/// The limits that are documented.
package enum ServiceLimits {
    /// "A contact cannot be transferred more than 11 times" (TransferContact).
    package static let transfersPerChain = 11
    /// `maxResults` of ListAssociatedContacts.
    package static let associatedContactsPerPage = 100
}
