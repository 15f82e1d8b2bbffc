import CCurl
import TransferCore

/// One easy handle, set up for one request, and what its callbacks collect.
// Safe: all pointers are made here and freed in `deinit`, after the loop has taken the handle off the
// multi handle; used by the loop's thread alone.
@safe final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    /// Names the handle for as long as it lives.
    var address: Int { unsafe Int(bitPattern: easy) }
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>
    private let isTLS: Bool
    private var response: IncomingResponse

    /// Nil where libcurl refuses the request or has no memory.
    init?(_ transfer: CurlTransfer, limits: TransportLimits) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        unsafe self.easy = easy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        isTLS = transfer.request.url.hasPrefix("https:")
        response = IncomingResponse(limits: limits)
        guard setUp(transfer.request), setUp(limits), setUpCallbacks() else { return nil }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headers)
        unsafe errorText.deallocate()
    }

    private func setUp(_ request: HTTPRequest) -> Bool {
        // `Expect:` without a value takes the header away: waiting for a 100 costs a second.
        for header in request.headers.map({ "\($0.name): \($0.value)" }) + ["Expect:"] {
            guard !header.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }),
                let longer = unsafe curl_slist_append(headers, header)
            else { return false }
            unsafe headers = longer
        }
        var codes = unsafe [
            baton_set_text(easy, CURLOPT_URL, request.url),
            // Else libcurl tidies `/./` away and the path is no longer the signed one.
            baton_set_long(easy, CURLOPT_PATH_AS_IS, 1),
            baton_set_pointer(easy, CURLOPT_HTTPHEADER, headers),
        ]
        if let body = request.body {
            let code = unsafe body.withUnsafeBytes { bytes in
                unsafe baton_set_body(easy, bytes.baseAddress, bytes.count)
            }
            codes.append(code)
        }
        codes.append(unsafe baton_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
        if request.isLoopback { codes.append(unsafe baton_set_text(easy, CURLOPT_NOPROXY, "*")) }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    private func setUp(_ limits: TransportLimits) -> Bool {
        var codes = unsafe [
            // libcurl would use SIGALRM for timeouts, and signals and threads do not mix.
            baton_set_long(easy, CURLOPT_NOSIGNAL, 1),
            baton_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1),
            baton_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
            baton_set_long(easy, CURLOPT_FOLLOWLOCATION, 0),
            baton_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            baton_set_long(easy, CURLOPT_TCP_NODELAY, 1),
            baton_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1),
            baton_set_long(easy, CURLOPT_MAXAGE_CONN, limits.idleSecondsMax),
            baton_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
            baton_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            baton_set_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
            baton_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout.milliseconds),
            baton_set_long(easy, CURLOPT_TIMEOUT_MS, limits.totalTimeout.milliseconds),
        ]
        if let bundle = limits.caBundle {
            codes.append(unsafe baton_set_text(easy, CURLOPT_CAINFO, bundle))
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    private func setUpCallbacks() -> Bool {
        // Unretained: the loop holds this object for as long as libcurl may call back.
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        let codes = unsafe [
            baton_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText),
            baton_set_pointer(easy, CURLOPT_HEADERDATA, this),
            baton_set_callback(easy, CURLOPT_HEADERFUNCTION, takeHeader),
            baton_set_pointer(easy, CURLOPT_WRITEDATA, this),
            baton_set_callback(easy, CURLOPT_WRITEFUNCTION, takeBody),
        ]
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    fileprivate func take(header line: UnsafeRawBufferPointer) -> Bool {
        response.take(header: unsafe [UInt8](line))
    }

    fileprivate func take(body bytes: UnsafeRawBufferPointer) -> Bool {
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
            return .success(
                HTTPResponse(
                    status: status, headers: response.headers, body: response.body,
                    bodyProblem: code == CURLE_OK ? nil : detail(code)))
        }
        return .failure(
            TransportFailure(
                kind: .init(code), detail: detail(code), mayHaveArrived: mayHaveArrived))
    }

    /// What is said of a transfer that was abandoned.
    var cancelled: TransportFailure {
        TransportFailure(
            kind: .cancelled, detail: "the call was cancelled", mayHaveArrived: mayHaveArrived)
    }

    private func detail(_ code: CURLcode) -> String {
        if let problem = response.problem { return problem }
        let text = unsafe String(cString: errorText)
        return text.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : text
    }

    /// The request's size counts what was written, a CONNECT to a proxy included; over TLS nothing
    /// of ours is written before the handshake with the host is done.
    private var mayHaveArrived: Bool {
        guard unsafe baton_get_long(easy, CURLINFO_REQUEST_SIZE) > 0 else { return false }
        let isNew = unsafe baton_get_long(easy, CURLINFO_NUM_CONNECTS) > 0
        let handshake = unsafe baton_get_offset(easy, CURLINFO_APPCONNECT_TIME_T)
        return !(isTLS && isNew && handshake == 0)
    }
}

/// libcurl's callbacks: `context` is the handle that set them, alive until its transfer has ended.
/// Any count but that of the bytes given ends the transfer.
private func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe handle.take(header: line) ? line.count : -1
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe handle.take(body: part) ? part.count : -1
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

extension Duration {
    /// Whole milliseconds, at least one: to libcurl 0 means for ever.
    fileprivate var milliseconds: Int { Int(max(1, wholeNanoseconds / 1_000_000)) }
}
