/// The headers of an answer, kept as they came: few of them are ever asked for.
package struct HTTPHeaders: Sendable {
    /// `Name: value` with its line end, for each header in the order of the wire.
    private var lines: [UInt8] = []

    init() {}

    package init(_ headers: [String: String]) {
        for (name, value) in headers { lines += "\(name): \(value)\r\n".utf8 }
    }

    /// The value of a header, the first of a repeated one, without blanks at its ends.
    ///
    /// - Parameter name: in lower case.
    package subscript(name: String) -> String? {
        let name = Array(name.utf8)
        var start = 0
        while start < lines.count {
            let end = lines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.count
            let colon = start + name.count
            if colon < end, lines[colon] == UInt8(ascii: ":"), has(name, at: start) {
                let value = lines[(colon + 1)..<end].drop(while: Self.isBlank)
                let last = value.lastIndex { !Self.isBlank($0) } ?? value.startIndex - 1
                return String(decoding: value[...last], as: UTF8.self)
            }
            start = end + 1
        }
        return nil
    }

    /// Appends a header line, line end included.
    mutating func append(line: UnsafeRawBufferPointer) {
        // As many as AWS sends: else it grows four times for each answer.
        if lines.isEmpty { lines.reserveCapacity(512) }
        unsafe lines.append(contentsOf: line)
    }

    mutating func removeAll() { lines.removeAll(keepingCapacity: true) }

    /// What may stand round a value (RFC 9110, 5.5), and what is left of the line's end.
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private func has(_ name: [UInt8], at start: Int) -> Bool {
        for (offset, byte) in name.enumerated() {
            let sent = lines[start + offset]
            let isUpperCase = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(sent)
            guard byte == (isUpperCase ? sent | 0x20 : sent) else { return false }
        }
        return true
    }
}
