import AWSSigning
import TransferCore

/// One service of AWS at one address: signs calls, sends them, and says what a refusal means.
///
/// A call is one attempt on the wire. It is sent again only where it was refused at the door, once
/// for each cause: with the credentials read again, and with the clock corrected.
final class ServiceCaller: Sendable {
    private let endpoint: Endpoint
    /// The endpoint's text and its `Host`, spelled once.
    private let origin: String
    private let authority: String
    private let isDirect: Bool
    private let signer: SigV4Signer
    /// Nil for the services that are called unsigned.
    private let credentials: CredentialCache?
    private let surroundings: ClientSurroundings
    private let userAgent: String

    /// Below this, a refused signature has other causes than the clock. The service lets 300 s pass, and
    /// both times are cut to whole seconds, so that what it refuses may seem to be less.
    private static let clockSkewMin: Duration = .seconds(240)

    /// - Parameter credentials: nil calls the service unsigned.
    init(
        _ service: AWSService, region: String, endpoint: Endpoint, credentials: CredentialCache?,
        surroundings: ClientSurroundings
    ) {
        self.endpoint = endpoint
        origin = endpoint.description
        authority = endpoint.authority
        isDirect = !surroundings.transport.proxy.serves(endpoint)
        self.credentials = credentials
        self.surroundings = surroundings
        userAgent = surroundings.userAgent.text(calling: service)
        signer = SigV4Signer(
            service: service.signingName, region: endpoint.signingRegion ?? region)
    }

    /// Fetches the credentials that the first call will need. That there are none is for it to say.
    func prepareCredentials() async { _ = try? await credentials?.credentials() }

    /// Sends a call and gives the answer, a 2xx.
    ///
    /// - Parameter invocation: for a call that may be made again; else it is one of its own.
    func answer(
        to call: Call, as invocation: Invocation = Invocation()
    ) async throws(TransferFailure) -> HTTPResponse {
        var sendings = Sendings()
        while true {
            let inUse = try await credentials(insteadOf: sendings.refused)
            let date = surroundings.clock.now.milliseconds
            let unsigned = invocation.headers(sent: sendings.count)
            let (response, failure) = try await send(call, unsigned, with: inUse, at: date)
            sendings.count += 1
            guard let failure else { return response }
            try mend(&sendings, after: response, failure, with: inUse, signedAt: date)
        }
    }

    /// What was done for one call so far.
    private struct Sendings {
        var count = 0
        var refused: Credentials?
        var mayCorrectClock = true
    }

    /// Sees to what the next sending needs, where the call was refused at the door for a cause that
    /// was not met yet.
    @inline(never)  // For the size of what is kept, as below.
    private func mend(
        _ sendings: inout Sendings, after response: HTTPResponse, _ failure: TransferFailure,
        with inUse: Credentials?, signedAt date: Int64
    ) throws(TransferFailure) {
        guard failure.advice == .credentials, let inUse else { throw failure }
        if sendings.mayCorrectClock, corrected(by: response, failure.code, signedAt: date) {
            sendings.mayCorrectClock = false
        } else if sendings.refused == nil {
            sendings.refused = inUse
        } else {
            throw failure
        }
    }

    /// Sends a call once and gives the answer, and what it means where it is no 2xx.
    ///
    /// - Parameter unsigned: headers that the signature does not cover.
    @inline(never)  // For the size of what is kept, as below.
    private func send(
        _ call: Call, _ unsigned: [SignableRequest.Header], with credentials: Credentials?,
        at milliseconds: Int64
    ) async throws(TransferFailure) -> (HTTPResponse, TransferFailure?) {
        let (request, redaction) = request(for: call, unsigned, with: credentials, at: milliseconds)
        do {
            return judged(
                try await surroundings.transport.send(request), of: call, hiding: redaction)
        } catch {
            throw TransferFailure(error, host: endpoint.host)
        }
    }

    // Apart from `send`, and not async: what they need on the way is then no part of what is kept
    // for each call while its answer is waited for.

    private func request(
        for call: Call, _ unsigned: [SignableRequest.Header], with credentials: Credentials?,
        at milliseconds: Int64
    ) -> (HTTPRequest, Redaction) {
        var headers: [SignableRequest.Header] = [("Host", authority)]
        headers += call.headers
        let redaction: Redaction
        if let credentials {
            let signed = signer.sign(
                SignableRequest(
                    method: call.method, path: endpoint.path + call.path, query: call.query,
                    headers: headers, payloadHash: SHA256Digest(of: call.body ?? []).hex),
                with: credentials, at: SigningDate(milliseconds: milliseconds))
            headers += signed.headers
            // Here, where what was sent is known: past this point no answer's words are read.
            redaction = Redaction(of: credentials, signature: signed.signature, in: call)
        } else {
            redaction = Redaction(of: call)
        }
        headers.append(("User-Agent", userAgent))
        headers += unsigned
        let request = HTTPRequest(
            method: call.method,
            url: origin + call.path + (call.query.isEmpty ? "" : "?" + call.query),
            headers: headers, body: call.body, isDirect: isDirect,
            answerBytesMax: call.answerBytesMax)
        return (request, redaction)
    }

    private func judged(
        _ response: HTTPResponse, of call: Call, hiding redaction: Redaction
    ) -> (HTTPResponse, TransferFailure?) {
        var response = response
        response.server = endpoint.host
        let failure = TransferFailure(
            response, looksUpConflicts: call.looksUpConflicts, hiding: redaction)
        let isInDoubt = response.wasSentAgain && call.looksUpConflicts
        return (response, isInDoubt ? failure?.inDoubt : failure)
    }

    @inline(never)  // For the same.
    private func credentials(
        insteadOf refused: Credentials?
    ) async throws(TransferFailure) -> Credentials? {
        guard let credentials else { return nil }
        do throws(ConnectClientError) {
            return try await credentials.credentials(insteadOf: refused).credentials
        } catch {
            // Without credentials not a byte was sent.
            throw TransferFailure(
                code: error.code.rawValue, message: error.message,
                advice: error.isTransient ? .retry(mayHaveTakenEffect: false) : .credentials)
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
        surroundings.clock.correct(to: date)
        return true
    }
}

extension TransferFailure {
    /// The refusal of a call whose first sending nobody heard of: that one may have taken effect,
    /// whatever is said of the second, and the run is to ask again.
    fileprivate var inDoubt: TransferFailure {
        var failure = self
        if failure.advice != .lookUp { failure.advice = .retry(mayHaveTakenEffect: true) }
        return failure
    }
}
