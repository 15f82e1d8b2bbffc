/// The answers that no document of AWS gives, all in this place. **Every one is a guess.**
///
/// The exception is always one that the model names for the operation; which of them only a live
/// instance can say. No client may depend on them. Which names the service would let stand side by
/// side is guessed in ``World``.
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
    /// A flow that was saved and never published.
    package static let flowNotPublished = Exception.invalidRequest
    /// A queue that is disabled.
    package static let queueDisabled = Exception.invalidRequest
    /// The queue of an agent, where his user id has a member of its own.
    package static let queueOfAgent = Exception.invalidRequest
    /// A parameter beyond its bounds or its enumeration, at the operations whose model has this
    /// exception; at the others InvalidRequestException is the only one that can be meant.
    package static let boundBroken = Exception.invalidParameter
    /// Whether an ARN is taken where an id is asked for and no page says that an ARN will do:
    /// instances, queues, and flows but in DescribeContactFlow. Not, so that a client which leans
    /// on it is found out.
    package static let arnsAreTaken = false
    /// The ARN of something else, or of another instance, where an ARN is taken.
    package static let foreignARN = Exception.invalidRequest
    /// The most that SearchContacts searches: that of the console's contact search.
    package static let searchedTimeMax = Duration.seconds(8 * 7 * 86_400)
    /// A time range that is longer, or ends before it starts.
    package static let badTimeRange = Exception.invalidRequest
    /// The order of a search that asks for none: the newest first.
    package static let searchOrder = SearchOrder(field: .initiation, isDescending: true)
    /// Words are found anywhere in a name and without regard to case; MATCH_EXACT, which finds the
    /// whole name, is as much of a guess. "The words or phrases used to match the contact name".
    package static func name(_ name: String, holds text: String) -> Bool {
        name.lowercased().contains(text.lowercased())
    }
    /// The id of an agent's queue: the aws CLI's example of list-queues shows `…/queue/agent/{id}`
    /// and not whose id that is.
    package static func agentQueueID(of user: WorldUser) -> SimulatedID { user.id }
    /// The one version of a flow, made when it was published.
    package static let flowVersion = 1

    /// A contact that has ended, at StopContact.
    package static let stoppedTwice = Exception.invalidRequest
    /// Why a contact ended that StopContact ended without a reason: the contact records'
    /// documentation lists it for tasks and e-mails.
    package static let stopReason = "API"
    /// Why one ended that its flow ended (the same).
    package static let endedByFlow = "CONTACT_FLOW_DISCONNECT"
    /// A contact that waits in no queue, at AssociateContactWithUser: "a queued contact".
    package static let notQueued = Exception.invalidRequest

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

/// The limits that are documented, most of them by the model's bounds.
package enum ServiceLimits {
    /// "A contact cannot be transferred more than 11 times" (TransferContact).
    package static let transfersPerChain = 11
    /// `maxResults` of ListAssociatedContacts, `MaxResults` of SearchContacts.
    package static let contactsPerPage = 100
    /// `maxResults` of ListQueues, ListUsers and ListContactFlows.
    package static let thingsPerPage = 1000
    /// "The default MaxResult size is 100" (the same).
    package static let thingsPerPageByDefault = 100
    /// `maxResults` of ListInstances.
    package static let instancesPerPage = 10
    /// `contactFlowTypes` of ListContactFlows.
    package static let flowTypes = 10
    /// `queueTypes` of ListQueues.
    package static let queueTypes = 2
}
