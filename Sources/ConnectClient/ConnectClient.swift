package import TransferCore

/// Amazon Connect over HTTPS: the three calls of ``TransferService``.
///
/// A call is one attempt on the wire, but where it was refused at the door: see ``ServiceCaller``.
package final class ConnectClient: TransferService {
    private let caller: ServiceCaller

    /// 11 transfers make a tree of a dozen contacts: more pages than this are a fault.
    private static let pagesMax = 100

    package init(
        configuration: ClientConfiguration, credentials: any CredentialProvider,
        surroundings: ClientSurroundings
    ) {
        caller = ServiceCaller(
            .connect, region: configuration.region, endpoint: configuration.endpoint,
            credentials: CredentialCache(credentials), surroundings: surroundings)
    }

    package func transfer(
        _ request: TransferRequest, attempt: Attempt = Attempt(number: 1, max: 1)
    ) async throws(TransferFailure) -> Answer<AcceptedTransfer> {
        let response = try await caller.answer(
            to: try Call.transfer(request), as: Invocation(attempt, of: request.token))
        return Answer(
            try AnswerDecoding.acceptedTransfer(response), requestID: response.requestID)
    }

    package func describe(
        _ contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<ContactState> {
        let response = try await caller.answer(to: .describe(contact, in: instance))
        return Answer(try AnswerDecoding.contactState(response), requestID: response.requestID)
    }

    /// Asks for pages until there is no token: an empty page may have a next one (aws-cli#8742).
    package func associatedContacts(
        of contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<[AssociatedContact]> {
        var contacts: [AssociatedContact] = []
        var token: String?
        for _ in 0..<Self.pagesMax {
            let response = try await caller.answer(
                to: .associated(with: contact, in: instance, after: token))
            let page = try AnswerDecoding.associatedContacts(response)
            contacts += page.contacts
            guard let next = page.next else {
                return Answer(contacts, requestID: response.requestID)
            }
            token = next
        }
        throw TransferFailure(
            code: "TooManyPages",
            message: "The contacts associated with \(contact) do not end after \(Self.pagesMax) "
                + "pages. Look the contact up in the console.", advice: .permanent)
    }
}
