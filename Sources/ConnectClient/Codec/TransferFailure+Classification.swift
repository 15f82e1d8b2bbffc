package import TransferCore

/// The one place where failures are told apart.
extension TransferFailure {
    /// What an answer means; nil for a 2xx, which is for the operation to read.
    ///
    /// - Parameters:
    ///   - looksUpConflicts: a conflict (409) leaves open whether the call took effect.
    ///   - redaction: what must not be repeated of the answer's words.
    package init?(
        _ response: HTTPResponse, looksUpConflicts: Bool, hiding redaction: Redaction = Redaction()
    ) {
        guard !(200..<300).contains(response.status) else { return nil }
        let error = ServiceError(response, hiding: redaction)
        if let stranger = Self.ofStranger(error, response) {
            self = stranger
            return
        }
        self.init(
            code: error.code, message: error.message, httpStatus: response.status,
            requestID: response.requestID,
            advice: Self.advice(on: error, in: response, looksUpConflicts),
            isOfService: error.isNamed || response.status != 403)
    }

    /// An answer that is not the service's, such as a captive portal's or a wrong endpoint's; nil
    /// for any other.
    ///
    /// The service names a code wherever it refuses a request, and redirects none. It did not hear
    /// of this one, and no row is at fault: without a status the run takes it for silence, tries
    /// again, and stops as unreachable where it lasts. 403, 409 and 429 say by themselves what to do.
    private static func ofStranger(
        _ error: ServiceError, _ response: HTTPResponse
    ) -> TransferFailure? {
        let status = response.status
        switch status {
        case 300..<400:
            return TransferFailure(
                code: "UnexpectedRedirect",
                message: "\(response.server) answered HTTP \(status), a redirect"
                    + "\(target(of: response)). Baton follows none, since the request is signed "
                    + "for one host. Check the network, the proxy and --endpoint-url.",
                requestID: response.requestID, advice: .retry(mayHaveTakenEffect: false))
        case 400..<500 where !error.isNamed && ![403, 409, 429].contains(status):
            return TransferFailure(
                code: "UnexpectedAnswer",
                message: "\(response.server) answered HTTP \(status) without an error code, which "
                    + "is not the service's way. Check the network, the proxy and --endpoint-url.",
                requestID: response.requestID, advice: .retry(mayHaveTakenEffect: false))
        default: return nil
        }
    }

    /// ` to other.example`; empty where the answer names no other host.
    private static func target(of response: HTTPResponse) -> String {
        guard let location = response.headers["location"]?.prefix(textMax),
            let start = location.firstRange(of: "://")?.upperBound,
            let parts = Endpoint.hostAndPort(location[start...].prefix { !"/?#".contains($0) })
        else { return "" }
        return " to \(parts.host)"
    }

    /// A longer address is none of a host.
    private static let textMax = 1024

    /// In order: the code, where it is known, says more than the status.
    private static func advice(
        on error: ServiceError, in response: HTTPResponse, _ looksUpConflicts: Bool
    ) -> Advice {
        let (code, status) = (error.code, response.status)
        if ErrorCodes.credentials.contains(code) || ErrorCodes.clock.contains(code) {
            return .credentials
        }
        if status == 429 || ErrorCodes.throttling.contains(code) {
            return .throttled(retryAfter: retryAfter(response.headers))
        }
        // Whatever a server or a proxy on the way says with a 5xx, the service may have acted.
        if status >= 500 || status < 200 || ErrorCodes.transient.contains(code) {
            return .retry(mayHaveTakenEffect: true, retryAfter: retryAfter(response.headers))
        }
        // Services that speak JSON 1.1 deny access with a 400.
        if code.hasPrefix("AccessDenied") { return .accessDenied }
        switch status {
        // A 403 that names no code is a firewall's or a proxy's: it will meet every row.
        case 403 where !error.isNamed: return .accessDenied
        case 409 where looksUpConflicts: return .lookUp
        default: return .permanent
        }
    }

    /// A server that asks for longer is asked again sooner: one wrong header must not stop a night.
    private static let retryAfterMax: Int64 = 60_000

    /// AWS's own header in milliseconds, else HTTP's in seconds (RFC 9110, 10.2.3); its other form,
    /// a date, is not used by AWS and is passed over.
    private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        let own = headers["x-amz-retry-after"].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : $0 }
        if let own { return .milliseconds(min(own, retryAfterMax)) }
        let seconds = headers["retry-after"].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : $0 }
        return seconds.map { .milliseconds(min($0, retryAfterMax / 1000) * 1000) }
    }

    /// What it means that no answer came from a host.
    package init(_ failure: TransportFailure, host: String) {
        let retry = Advice.retry(mayHaveTakenEffect: failure.mayHaveArrived)
        switch failure.kind {
        case .unreachable:
            self.init(
                code: "ServiceUnreachable",
                message: "\(host) cannot be reached: \(failure.detail). Check the network, the "
                    + "proxy, --region and --endpoint-url.", advice: retry)
        case .untrusted:
            self.init(
                code: "TLSVerificationFailed",
                message: "The certificate of \(host) was not accepted: \(failure.detail). If a "
                    + "proxy inspects TLS here, set AWS_CA_BUNDLE to a file with its certificate; "
                    + "else check --endpoint-url and this machine's clock.", advice: retry)
        case .timedOut:
            let what = failure.mayHaveArrived ? "did not answer" : "could not be reached"
            self.init(
                code: "RequestTimedOut",
                message: "\(host) \(what) in time: \(failure.detail). If that lasts, check the "
                    + "network and the proxy.", advice: retry)
        case .broken:
            self.init(
                code: "ConnectionBroken",
                message: "The connection to \(host) broke before an answer came: "
                    + "\(failure.detail). If that lasts, check the network and the proxy.",
                advice: retry)
        case .cancelled:
            self.init(
                code: "Cancelled", message: "The call to \(host) was cancelled.", advice: retry)
        }
    }
}
