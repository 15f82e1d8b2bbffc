import Synchronization

/// One request on its way through the transport: what its caller and the thread both hold.
final class CurlTransfer: Sendable {
    let request: HTTPRequest
    private let cancelled = Atomic(false)

    init(_ request: HTTPRequest) { self.request = request }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }
}

/// The answer as it comes in.
struct IncomingResponse {
    private(set) var headers = HTTPHeaders()
    private(set) var body: [UInt8] = []
    /// The blank line after the headers has come.
    private(set) var hasHeaders = false
    /// Set where a limit was passed; the transfer then ends.
    private(set) var problem: String?
    private var headerBytes = 0
    private let headerBytesMax: Int
    private let bodyBytesMax: Int

    init(limits: TransportLimits, bodyBytesMax: Int = 0) {
        headerBytesMax = limits.headerBytesMax
        self.bodyBytesMax = min(bodyBytesMax, limits.bodyBytesMax)
    }

    /// Takes one header line, line end included; false ends the transfer.
    mutating func take(header line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= headerBytesMax else {
            problem = "the answer's headers are longer than \(headerBytesMax) bytes"
            return false
        }
        if unsafe line.starts(with: "HTTP/".utf8) {
            // After a 100 or a proxy's answer another status line follows, with its own headers.
            headers.removeAll()
            hasHeaders = false
        } else if unsafe line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n") {
            hasHeaders = true
        } else if !hasHeaders {
            // What follows the blank line are the trailers of a body in chunks: no headers (RFC
            // 9110, 6.5.1).
            unsafe headers.append(line: line)
        }
        return true
    }

    /// Takes the next bytes of the body; false ends the transfer.
    mutating func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= bodyBytesMax else {
            problem = "the answer is longer than \(bodyBytesMax) bytes"
            return false
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }
}

extension StringProtocol {
    /// The text without blanks at its ends.
    var trimmingBlanks: SubSequence {
        let head = drop(while: \.isWhitespace)
        let tail = head.reversed().prefix(while: \.isWhitespace).count
        return head.dropLast(tail)
    }

    /// True where a header or an address can carry the text as one word: no blanks, controls or signs
    /// beyond ASCII. An empty one is so too.
    var isVisibleASCII: Bool { utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}

extension UInt8 {
    /// Of ASCII.
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
