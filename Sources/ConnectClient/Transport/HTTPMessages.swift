import AWSSigning

/// A request, complete: what is signed is what is sent.
struct HTTPRequest: Sendable {
    var method: String
    var url: String
    /// In the order of the wire, `Host` among them.
    var headers: [SignableRequest.Header]
    /// Nil for a request without a body.
    var body: [UInt8]?
    /// No proxy may stand between: what is asked is this machine, or its own metadata service.
    var isDirect: Bool
    /// For the whole call; nil leaves it to the transport's limits.
    var timeout: Duration?
    /// The most that is taken in of an answer's body.
    var answerBytesMax = 1 << 20
}

/// An answer whose headers came whole.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Why the body is not whole; nil where it is.
    package var bodyProblem: String?
    /// Who answered, as a sentence begins: the host that was asked.
    package var server = "The service"
    /// It is the answer to a second sending, the connection of the first having broken unheard.
    var wasSentAgain = false

    package init(
        status: Int, headers: [String: String] = [:], body: [UInt8] = [],
        bodyProblem: String? = nil
    ) {
        self.init(
            status: status, headers: HTTPHeaders(headers), body: body, bodyProblem: bodyProblem)
    }

    init(status: Int, headers: HTTPHeaders, body: [UInt8], bodyProblem: String?) {
        self.status = status
        self.headers = headers
        self.body = body
        self.bodyProblem = bodyProblem
    }

    /// The id by which AWS's support finds the call; nil where it is not of the letters, digits and
    /// hyphens of one, or too long: a token or a signature that somebody on the way repeats there
    /// must not stand in a ledger.
    package var requestID: String? {
        let id = headers["x-amzn-requestid"] ?? headers["x-amz-request-id"]
        guard let id, id.utf8.count <= Self.requestIDBytesMax else { return nil }
        let bytes = id.utf8.span
        for index in bytes.indices {
            guard bytes[index].isLetterOrDigit || bytes[index] == UInt8(ascii: "-") else {
                return nil
            }
        }
        return id
    }

    /// A UUID has 36; a signature, in hex, 64.
    private static let requestIDBytesMax = 63
}

/// Why no answer came.
package struct TransportFailure: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// No connection: name, network, proxy or TLS handshake.
        case unreachable
        /// The server's certificate was not accepted, or the CA bundle could not be used.
        case untrusted
        /// The time was up.
        case timedOut
        /// The connection broke, or what came was no HTTP.
        case broken
        /// The task that asked was cancelled, or the client was shut down.
        case cancelled
    }

    package var kind: Kind
    /// What libcurl says, such as `Could not resolve host: …`; no secrets are in it.
    package var detail: String
    /// False only where no connection stood on which the request could have been written, in none of
    /// libcurl's tries.
    package var mayHaveArrived: Bool

    package init(kind: Kind, detail: String, mayHaveArrived: Bool) {
        self.kind = kind
        self.detail = detail
        self.mayHaveArrived = mayHaveArrived
    }
}
