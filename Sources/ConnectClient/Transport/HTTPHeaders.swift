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
                let value = String(decoding: lines[(colon + 1)..<end], as: UTF8.self)
                return String(value.trimmingBlanks)
            }
            start = end + 1
        }
        return nil
    }

    /// Appends a header line, line end included.
    mutating func append(line: UnsafeRawBufferPointer) { unsafe lines.append(contentsOf: line) }

    mutating func removeAll() { lines.removeAll(keepingCapacity: true) }

    private func has(_ name: [UInt8], at start: Int) -> Bool {
        for (offset, byte) in name.enumerated() {
            let sent = lines[start + offset]
            let isUpperCase = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(sent)
            guard byte == (isUpperCase ? sent | 0x20 : sent) else { return false }
        }
        return true
    }
}
