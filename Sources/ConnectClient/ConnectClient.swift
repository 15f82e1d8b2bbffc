import AWSSigning
import Synchronization
package import TransferCore

/// Amazon Connect over HTTPS: the three calls of ``TransferService``.
///
/// A call is one attempt on the wire. It is sent again only where it was refused at the door, once
/// for each cause: with the credentials read again, and with the clock corrected.
package final class ConnectClient: TransferService {
    private let endpoint: Endpoint
    private let userAgent: String
    private let now: @Sendable () -> Timestamp
    private let signer: SigV4Signer
    private let credentials: CredentialCache
    private let transport: CurlTransport
    /// What the service's clock is ahead of ours by, in milliseconds; 0 until it says otherwise.
    private let clockOffset = Atomic<Int64>(0)

    /// Below this, a refused signature has other causes than the clock (aws-sdk-swift,
    /// AWSClockSkewProvider).
    private static let clockSkewMin: Duration = .seconds(300)
    /// 11 transfers make a tree of a dozen contacts: more pages than this are a fault.
    private static let pagesMax = 100

    /// - Parameters:
    ///   - version: Baton's, for the `User-Agent`.
    ///   - now: the wall clock, for signatures.
    package init(
        configuration: ClientConfiguration, credentials: any CredentialProvider, version: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        endpoint = configuration.endpoint
        userAgent = "baton/\(version) lang/swift api/connect"
        self.now = now
        signer = SigV4Signer(service: "connect", region: configuration.region)
        self.credentials = CredentialCache(credentials)
        transport = CurlTransport(limits: configuration.limits)
    }

    package func transfer(
        _ request: TransferRequest
    ) async throws(TransferFailure) -> Answer<AcceptedTransfer> {
        let response = try await answer(to: try Call.transfer(request))
        return Answer(
            try AnswerDecoding.acceptedTransfer(response), requestID: response.requestID)
    }

    package func describe(
        _ contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<ContactState> {
        let response = try await answer(to: .describe(contact, in: instance))
        return Answer(try AnswerDecoding.contactState(response), requestID: response.requestID)
    }

    /// Asks for pages until there is no token: an empty page may have a next one (aws-cli#8742).
    package func associatedContacts(
        of contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<[AssociatedContact]> {
        var contacts: [AssociatedContact] = []
        var token: String?
        for _ in 0..<Self.pagesMax {
            let response = try await answer(
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

    // MARK: Sending

    /// Sends a call and gives the answer, a 2xx.
    private func answer(to call: Call) async throws(TransferFailure) -> HTTPResponse {
        var refused: Credentials?
        var mayCorrectClock = true
        while true {
            let inUse = try await credentials(insteadOf: refused)
            let date = now().milliseconds + clockOffset.load(ordering: .relaxed)
            let (response, failure) = try await send(call, with: inUse, at: date)
            guard let failure else { return response }
            guard failure.advice == .credentials else { throw failure }
            if mayCorrectClock, corrected(by: response, failure.code, signedAt: date) {
                mayCorrectClock = false
            } else if refused == nil {
                refused = inUse
            } else {
                throw failure
            }
        }
    }

    /// Sends a call once and gives the answer, and what it means where it is no 2xx.
    private func send(
        _ call: Call, with credentials: Credentials, at milliseconds: Int64
    ) async throws(TransferFailure) -> (HTTPResponse, TransferFailure?) {
        var headers: [SignableRequest.Header] = [("Host", endpoint.authority)]
        if call.body != nil { headers.append(("Content-Type", "application/json")) }
        headers.append(("User-Agent", userAgent))
        let path = endpoint.path + call.path
        let signed = signer.sign(
            SignableRequest(
                method: call.method, path: path, query: call.query, headers: headers,
                payloadHash: SHA256Digest(of: call.body ?? []).hex),
            with: credentials, at: SigningDate(milliseconds: milliseconds))
        let request = HTTPRequest(
            method: call.method,
            url: "\(endpoint)\(call.path)" + (call.query.isEmpty ? "" : "?\(call.query)"),
            headers: (headers + signed.headers).map { .init(name: $0.name, value: $0.value) },
            body: call.body, isLoopback: endpoint.isLoopback)
        let response: HTTPResponse
        do { response = try await transport.send(request) } catch {
            throw TransferFailure(error, host: endpoint.host)
        }
        // Here, where what was sent is known: past this point no answer's words are read.
        let redaction = Redaction(of: credentials, signature: signed.signature)
        return (response, TransferFailure(response, of: call.operation, hiding: redaction))
    }

    private func credentials(
        insteadOf refused: Credentials?
    ) async throws(TransferFailure) -> Credentials {
        do throws(ConnectClientError) {
            return try await credentials.credentials(insteadOf: refused)
        } catch {
            throw TransferFailure(
                code: error.code.rawValue, message: error.message, advice: .credentials)
        }
    }

    /// Takes over the service's clock where ours is what it refused.
    private func corrected(
        by response: HTTPResponse, _ code: String, signedAt milliseconds: Int64
    ) -> Bool {
        guard ErrorCodes.clock.contains(code),
            let date = response.headers["date"].flatMap(Timestamp.init(httpDate:))
        else { return false }
        let skew = date - Timestamp(milliseconds: milliseconds)
        guard max(skew, .zero - skew) > Self.clockSkewMin else { return false }
        clockOffset.store(date.milliseconds - now().milliseconds, ordering: .relaxed)
        return true
    }
}
