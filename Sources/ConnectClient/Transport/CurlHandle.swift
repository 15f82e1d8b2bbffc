import CCurl

/// One easy handle, set up for one request after another, and what its callbacks collect.
// Safe: all pointers are made here and freed in `deinit`, after the loop has taken the handle off the
// multi handle; used by the loop's thread alone.
@safe final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    /// Names the handle for as long as it lives.
    var address: Int { unsafe Int(bitPattern: easy) }
    /// libcurl reads the list for as long as the transfer goes on.
    var headers = HeaderList()
    let errorText: UnsafeMutablePointer<CChar>
    let limits: TransportLimits
    /// Hears of the connections that are made for this handle, and outlives them.
    let sockets: SocketWatch
    /// Whether libcurl knows what holds for every request.
    private var hasRules = false
    /// What libcurl knows of the last request, and keeps for the next; nil where it knows nothing.
    var target: RequestTarget?
    private var isTLS = false
    /// Nil where the request goes past it.
    private var proxy: String?
    /// On how many connections that stood the request was about to be written: libcurl writes it on
    /// another where a kept one broke. How that ended says nothing of the first.
    private var sendings = 0
    private var mayHaveArrived: Bool { sendings > 0 }
    private var response: IncomingResponse

    /// Nil where libcurl has no memory.
    init?(limits: TransportLimits, sockets: SocketWatch) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        unsafe self.easy = easy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.limits = limits
        self.sockets = sockets
        response = IncomingResponse(limits: limits)
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe errorText.deallocate()
    }

    /// Sets a request up; false where libcurl refuses it.
    func begin(_ request: HTTPRequest) -> Bool {
        sendings = 0
        isTLS = request.url.hasPrefix("https:")
        proxy = request.isDirect ? nil : limits.proxy.address
        response = IncomingResponse(limits: limits, bodyBytesMax: request.answerBytesMax)
        if !hasRules { hasRules = setRules() && setCallbacks() }
        return hasRules && setRequest(request)
    }

    /// Forgets the request and the answer.
    ///
    /// After an answer without a proxy the rules stay: setting them anew takes 4 us of CPU. After
    /// anything else libcurl forgets all, and with it what it keeps of a failure or a proxy.
    func clear(wasAnswered: Bool) {
        if !wasAnswered || proxy != nil {
            unsafe curl_easy_reset(easy)
            hasRules = false
            target = nil
        }
        unsafe errorText[0] = 0
        response = IncomingResponse(limits: limits)
    }

    /// Hears that the request is written next.
    func connectionStands() { sendings += 1 }

    func take(header line: UnsafeRawBufferPointer) -> Bool {
        unsafe response.take(header: line)
    }

    func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe response.take(body: bytes)
    }

    // MARK: The end

    /// What came of the transfer.
    ///
    /// Once the headers are whole there is an answer, even where the body broke off: a 200 says that
    /// the call took effect, and no failure may hide that.
    func result(_ code: CURLcode) -> Result<HTTPResponse, TransportFailure> {
        let status = unsafe baton_get_long(easy, CURLINFO_RESPONSE_CODE)
        if response.hasHeaders, status >= 200 {
            var answer = HTTPResponse(
                status: status, headers: response.headers, body: response.body,
                bodyProblem: code == CURLE_OK ? nil : detail(code))
            answer.wasSentAgain = sendings > 1
            return .success(answer)
        }
        if let failure = failureOfProxy(code) { return .failure(failure) }
        return .failure(
            TransportFailure(
                kind: .init(code), detail: detail(code), mayHaveArrived: mayHaveArrived))
    }

    /// What is said where it was the proxy that did not connect us.
    private func failureOfProxy(_ code: CURLcode) -> TransportFailure? {
        guard isTLS, let proxy, proxy.hasPrefix("http") else { return nil }
        let kind = TransportFailure.Kind(code)
        let what: String
        let status = unsafe baton_get_long(easy, CURLINFO_HTTP_CONNECTCODE)
        switch status {
        case 407: what = "asks for another user or password (HTTP 407)"
        case 300...: what = "refused to connect (HTTP \(status))"
        case 0 where mayHaveArrived: return nil
        // Of a proxy without TLS it is our own bundle that cannot be used.
        case 0 where kind == .untrusted && !proxy.hasPrefix("https"): return nil
        case 0: what = "did not connect: \(detail(code))"
        default: return nil
        }
        return TransportFailure(
            kind: kind == .timedOut ? .timedOut : .unreachable,
            detail: "the proxy \(proxy) \(what)", mayHaveArrived: mayHaveArrived)
    }

    /// What is said of a transfer that was abandoned.
    var cancelled: TransportFailure {
        TransportFailure(
            kind: .cancelled, detail: "the call was cancelled", mayHaveArrived: mayHaveArrived)
    }

    private func detail(_ code: CURLcode) -> String {
        if let problem = response.problem { return problem }
        // After a 101 libcurl takes what follows for another protocol's.
        guard code != CURLE_OK else { return "no answer followed HTTP 101" }
        let text = unsafe String(cString: errorText)
        return text.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : text
    }
}

extension TransportFailure.Kind {
    init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,
                CURLE_SSL_CONNECT_ERROR, CURLE_PROXY:
                .unreachable
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
                .untrusted
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            default: .broken
            }
    }
}
