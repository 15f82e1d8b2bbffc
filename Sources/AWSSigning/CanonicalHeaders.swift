/// The headers that a signature covers: names in lower case and in order, values tidied.
struct CanonicalHeaders {
    /// `name:value\n` for each name.
    let bytes: [UInt8]
    /// The names, joined by `;`.
    let names: String

    /// Headers that proxies, libraries and load balancers change under way (botocore, auth.py).
    private static let neverSigned: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    /// Takes the headers named in `signed`, or all that may be signed where it is nil.
    init(_ headers: [SignableRequest.Header], signing signed: [String]?) {
        var covered: [(name: String, offset: Int)] = []
        covered.reserveCapacity(headers.count)
        for (offset, header) in headers.enumerated() {
            let name = header.name.lowercased()
            let isCovered = signed.map { $0.contains(name) } ?? !Self.neverSigned.contains(name)
            if isCovered { covered.append((name, offset)) }
        }
        // The offset keeps repeated headers in the order of the wire: sorting promises no such.
        covered.sort { ($0.name, $0.offset) < ($1.name, $1.offset) }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        var names = ""
        names.reserveCapacity(64)
        var last: String?
        for header in covered {
            if header.name == last {
                bytes[bytes.count - 1] = UInt8(ascii: ",")
            } else {
                bytes += header.name.utf8
                bytes.append(UInt8(ascii: ":"))
                if last != nil { names += ";" }
                names += header.name
                last = header.name
            }
            Self.append(tidied: headers[header.offset].value, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        self.bytes = bytes
        self.names = names
    }

    /// Appends a value without blanks at its ends and with one space for each run within.
    private static func append(tidied value: String, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes += value.utf8
        guard isUntidy(bytes.span.extracting(start...)) else { return }
        var end = start
        var isAfterBlank = true
        for index in start..<bytes.count {
            let byte = bytes[index]
            if !isBlank(byte) {
                bytes[end] = byte
                end += 1
            } else if !isAfterBlank {
                bytes[end] = UInt8(ascii: " ")
                end += 1
            }
            isAfterBlank = isBlank(byte)
        }
        if isAfterBlank, end > start { end -= 1 }
        bytes.removeSubrange(end...)
    }

    /// True where a value has other blanks than single spaces between words.
    private static func isUntidy(_ value: Span<UInt8>) -> Bool {
        var isAfterBlank = true
        for index in value.indices {
            let byte = value[index]
            if isBlank(byte), isAfterBlank || byte != UInt8(ascii: " ") { return true }
            isAfterBlank = isBlank(byte)
        }
        return isAfterBlank && !value.isEmpty
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
