import FoundationEssentials
package import TransferCore

/// Reads the answers of the operations, a 2xx each: any other is a ``TransferFailure`` already.
///
/// Members that are unknown, missing or of another type than expected are passed over: the service
/// adds members at any time, and DescribeContact's page calls its answer a preview.
package enum AnswerDecoding {
    /// Reads the answer of TransferContact.
    ///
    /// A 200 that cannot be read took effect all the same, so that the failure says: look it up.
    package static func acceptedTransfer(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> AcceptedTransfer {
        guard let members = members(response), let id = members.id(ContactID.self, "ContactId")
        else {
            throw unreadable(response, "the new contact's id", advice: .lookUp)
        }
        return AcceptedTransfer(newContact: id)
    }

    /// Reads the answer of DescribeContact.
    package static func contactState(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> ContactState {
        guard let contact = members(response)?.members("Contact") else {
            throw unreadable(response, "the contact", advice: .retry(mayHaveTakenEffect: true))
        }
        return ContactState(
            channel: contact.text("Channel"),
            queue: contact.members("QueueInfo")?.id(QueueID.self, "Id"),
            user: contact.members("AgentInfo")?.id(UserID.self, "Id"),
            initiatedAt: contact.timestamp("InitiationTimestamp"),
            disconnectedAt: contact.timestamp("DisconnectTimestamp"))
    }

    /// Reads one page of ListAssociatedContacts, and the token of the next.
    package static func associatedContacts(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> (contacts: [AssociatedContact], next: String?) {
        guard let page = members(response) else {
            throw unreadable(response, "the contacts", advice: .retry(mayHaveTakenEffect: true))
        }
        let contacts = page.list("ContactSummaryList").compactMap { summary in
            // Without an id there is nothing that a later step could name it by.
            summary.id(ContactID.self, "ContactId").map { id in
                AssociatedContact(
                    id: id, previous: summary.id(ContactID.self, "PreviousContactId"),
                    initiatedAt: summary.timestamp("InitiationTimestamp"))
            }
        }
        let next = page.text("NextToken")
        return (contacts, next == "" ? nil : next)
    }

    private static func members(_ response: HTTPResponse) -> Members? {
        guard response.bodyProblem == nil else { return nil }
        return try? JSONDecoder().decode(Members.self, from: Data(response.body))
    }

    private static func unreadable(
        _ response: HTTPResponse, _ what: String, advice: TransferFailure.Advice
    ) -> TransferFailure {
        let why = response.bodyProblem.map { ": \($0)" } ?? ""
        return TransferFailure(
            code: "UnreadableAnswer",
            message: "The service answered HTTP \(response.status), but \(what) could not be read "
                + "from the answer\(why).",
            httpStatus: response.status, requestID: response.requestID, advice: advice)
    }
}
