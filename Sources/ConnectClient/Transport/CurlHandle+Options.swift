import CCurl
import TransferCore

/// A request as far as libcurl keeps it from one to the next.
struct RequestTarget: Equatable {
    let url: String
    let method: String
    let isDirect: Bool
    let timeout: Duration?

    init(_ request: HTTPRequest) {
        url = request.url
        method = request.method
        isDirect = request.isDirect
        timeout = request.timeout
    }
}

extension CurlHandle {
    /// Sets what is sent; false where libcurl refuses it.
    func setRequest(_ request: HTTPRequest) -> Bool {
        // To wait for a 100 costs a second.
        guard headers.set(request.headers, without: "Expect"), setTarget(RequestTarget(request))
        else { return false }
        var codes = unsafe [
            baton_set_pointer(easy, CURLOPT_HTTPHEADER, headers.first),
            // The last request may have had a body.
            baton_set_long(easy, CURLOPT_HTTPGET, 1),
        ]
        if let body = request.body {
            let code = unsafe body.withUnsafeBytes { bytes in
                unsafe baton_set_body(easy, bytes.baseAddress, bytes.count)
            }
            codes.append(code)
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Sets where the request goes, if not where the last one went: libcurl copies each text, and
    /// nearly all requests are alike.
    private func setTarget(_ new: RequestTarget) -> Bool {
        if new == target { return true }
        target = nil
        let codes = unsafe [
            baton_set_text(easy, CURLOPT_URL, new.url),
            baton_set_text(easy, CURLOPT_CUSTOMREQUEST, new.method),
            baton_set_long(
                easy, CURLOPT_TIMEOUT_MS, (new.timeout ?? limits.totalTimeout).milliseconds),
        ]
        guard codes.allSatisfy({ $0 == CURLE_OK }), setProxy(isDirect: new.isDirect) else {
            return false
        }
        target = new
        return true
    }

    /// Sets both options in any case: else libcurl looks them up in the process's environment. Whom
    /// the proxy is for is decided before.
    private func setProxy(isDirect: Bool) -> Bool {
        let proxy = isDirect ? ProxySettings() : limits.proxy
        let codes = unsafe [
            baton_set_text(easy, CURLOPT_PROXY, proxy.address ?? ""),
            baton_set_text(easy, CURLOPT_PROXYUSERNAME, proxy.user),
            baton_set_text(easy, CURLOPT_PROXYPASSWORD, proxy.password),
            baton_set_text(easy, CURLOPT_NOPROXY, ""),
        ]
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Sets how every request is sent.
    func setRules() -> Bool {
        var codes = unsafe [
            // libcurl would use SIGALRM for timeouts, and signals and threads do not mix.
            baton_set_long(easy, CURLOPT_NOSIGNAL, 1),
            // Else the end of a call waits for a name server that is silent, and all calls with it.
            baton_set_long(easy, CURLOPT_QUICK_EXIT, 1),
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
            // Else libcurl tidies `/./` away and the path is no longer the signed one.
            baton_set_long(easy, CURLOPT_PATH_AS_IS, 1),
        ]
        if let bundle = limits.caBundle {
            codes.append(unsafe baton_set_text(easy, CURLOPT_CAINFO, bundle))
            // Else the system's folder of certificates is trusted beside the bundle.
            codes.append(unsafe baton_set_text(easy, CURLOPT_CAPATH, nil))
            // A proxy that is spoken to over TLS has its certificate from the same hand.
            codes.append(unsafe baton_set_text(easy, CURLOPT_PROXY_CAINFO, bundle))
            codes.append(unsafe baton_set_text(easy, CURLOPT_PROXY_CAPATH, nil))
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Sets who hears of the request and of its answer.
    func setCallbacks() -> Bool {
        // Unretained: the loop holds this object for as long as libcurl may call back.
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        let watch = unsafe Unmanaged.passUnretained(sockets).toOpaque()
        let codes = unsafe [
            baton_set_pointer(easy, CURLOPT_SOCKOPTDATA, watch),
            baton_set_opened(easy, hearOpened),
            baton_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, watch),
            baton_set_close(easy, closeSocket),
            baton_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText),
            baton_set_pointer(easy, CURLOPT_PREREQDATA, this),
            baton_set_prereq(easy, hearConnection),
            baton_set_pointer(easy, CURLOPT_HEADERDATA, this),
            baton_set_callback(easy, CURLOPT_HEADERFUNCTION, takeHeader),
            baton_set_pointer(easy, CURLOPT_WRITEDATA, this),
            baton_set_callback(easy, CURLOPT_WRITEFUNCTION, takeBody),
        ]
        return codes.allSatisfy { $0 == CURLE_OK }
    }
}

/// libcurl's callbacks: `context` is the handle that set them, alive until its transfer has ended.
///
/// This one is called each time before the request is written, the handshake and the proxy's consent
/// behind it; the addresses and ports of the connection are of no interest.
private func hearConnection(
    _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?,
    _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32
) -> Int32 {
    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
    unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue().connectionStands()
    return CURL_PREREQFUNC_OK
}

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

/// Here, and where it is closed, `context` is the ``SocketWatch``.
private func hearOpened(
    _ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _: curlsocktype
) -> Int32 {
    guard let context = unsafe context else { return CURL_SOCKOPT_ERROR }
    unsafe Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().opened(socket)
    return CURL_SOCKOPT_OK
}

private func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    guard let context = unsafe context else { return -1 }
    return unsafe Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().closed(socket)
}

extension Duration {
    /// Whole milliseconds, at least one: to libcurl 0 means for ever.
    fileprivate var milliseconds: Int { Int(max(1, wholeNanoseconds / 1_000_000)) }
}
