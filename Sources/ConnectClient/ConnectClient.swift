package import TransferCore

/// Amazon Connect over HTTPS: the three calls of ``TransferService``, and those that list, find and
/// describe what rows speak of.
///
/// A call is one attempt on the wire, but where it was refused at the door: see ``ServiceCaller``.
/// What lists gives one page, so that its caller can pace and retry each: see ``PacedReads``.
package final class ConnectClient: TransferService {
    private let caller: ServiceCaller
    private let clock: ServiceClock
    private let credentials: CredentialCache
    private let surroundings: ClientSurroundings

    /// 11 transfers make a tree of a dozen contacts: more pages than this are a fault.
    private static let pagesMax = 100

    package init(
        configuration: ClientConfiguration, credentials: any CredentialProvider,
        surroundings: ClientSurroundings
    ) {
        clock = surroundings.clock
        self.surroundings = surroundings
        self.credentials = CredentialCache(credentials, now: surroundings.now)
        caller = ServiceCaller(
            .connect, region: configuration.region, endpoint: configuration.endpoint,
            credentials: self.credentials, surroundings: surroundings)
    }

    /// Service Quotas, called under the same name: nobody is asked for a code again.
    package func serviceQuotas(_ configuration: ClientConfiguration) -> ServiceQuotas {
        ServiceQuotas(
            ServiceCaller(
                .serviceQuotas, region: configuration.region,
                endpoint: configuration.quotasEndpoint, credentials: credentials,
                surroundings: surroundings))
    }

    /// Who the calls are made as, by the word of STS (GetCallerIdentity).
    package func callerIdentity(
        _ configuration: ClientConfiguration
    ) async throws(TransferFailure) -> CallerIdentity {
        try await STSClient(
            ServiceCaller(
                .sts, region: configuration.region, endpoint: configuration.identityEndpoint,
                credentials: credentials, surroundings: surroundings)
        ).callerIdentity()
    }

    /// Fetches the credentials now, since a person may have to be asked for a code: once calls are
    /// under way the terminal shows other things.
    package func prepareCredentials() async { await caller.prepareCredentials() }

    package func transfer(
        _ request: TransferRequest, attempt: Attempt = Attempt(number: 1, max: 1)
    ) async throws(TransferFailure) -> Answer<AcceptedTransfer> {
        try await answer(
            to: .transfer(request), as: Invocation(attempt, of: request.token),
            read: AnswerDecoding.acceptedTransfer)
    }

    package func describe(
        _ contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<ContactState> {
        try await answer(
            to: .describe(contact, in: instance), read: AnswerDecoding.contactState)
    }

    package func associatedContacts(
        of contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<[AssociatedContact]> {
        var found: Answer<[AssociatedContact]> = try await .all(
            of: "the contacts associated with \(contact)", pagesMax: Self.pagesMax
        ) { token throws(TransferFailure) in
            try await answer(
                to: .associated(with: contact, in: instance, after: token),
                read: AnswerDecoding.associatedContacts)
        }
        for index in found.value.indices {
            found.value[index].initiatedAt = found.value[index].initiatedAt.map(clock.local(_:))
        }
        return found
    }

    /// Makes a call and reads its answer.
    func answer<Value>(
        to call: Call, as invocation: Invocation = Invocation(),
        read: (HTTPResponse) throws(TransferFailure) -> Value
    ) async throws(TransferFailure) -> Answer<Value> {
        let response = try await caller.answer(to: call, as: invocation)
        return Answer(try read(response), requestID: response.requestID)
    }
}
