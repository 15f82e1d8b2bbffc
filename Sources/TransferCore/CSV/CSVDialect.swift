/// How an input separates its fields.
package struct CSVDialect: Hashable, Sendable {
    package var delimiter: UInt8
    /// Bytes before the header that are no record: Excel's `sep=` line.
    package var preambleBytes: Int

    /// The delimiters that are looked for, the likeliest first.
    package static let delimiters: [UInt8] = [
        UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"),
    ]

    /// Reads the dialect off an input's first bytes: Excel's `sep=` line says it; else it is the
    /// delimiter that stands most often, outside quotes, in the header: the first line that is not
    /// empty.
    package init(detecting bytes: Span<UInt8>) {
        if let announced = Self.announced(bytes) {
            self = announced
            return
        }
        var counts = [Int](repeating: 0, count: Self.delimiters.count)
        var isQuoted = false
        // At a field's start, or behind a quote that closed one or is the first of two.
        var mayOpenQuote = true
        var isEmpty = true
        for index in bytes.indices {
            let byte = bytes[index]
            if isEmpty && (byte == .lf || byte == .cr) { continue }
            isEmpty = false
            if byte == .quote, isQuoted || mayOpenQuote {
                isQuoted.toggle()
                mayOpenQuote = true
                continue
            }
            if isQuoted { continue }
            mayOpenQuote = Self.delimiters.contains(byte)
            if byte == .lf || byte == .cr { break }
            if let which = Self.delimiters.firstIndex(of: byte) { counts[which] += 1 }
        }
        var best = 0
        for index in counts.indices where counts[index] > counts[best] { best = index }
        self.init(delimiter: Self.delimiters[best], preambleBytes: 0)
    }

    private init(delimiter: UInt8, preambleBytes: Int) {
        self.delimiter = delimiter
        self.preambleBytes = preambleBytes
    }

    /// `sep=;` on a line of its own, as Excel writes and reads it; any other separator announces
    /// nothing.
    private static func announced(_ bytes: Span<UInt8>) -> CSVDialect? {
        let word = Array("sep".utf8)
        let end = word.count + 2
        guard bytes.count > end, bytes[word.count] == UInt8(ascii: "=") else { return nil }
        for index in word.indices where bytes[index] | 0x20 != word[index] { return nil }
        guard bytes[end] == .lf || bytes[end] == .cr, delimiters.contains(bytes[end - 1]) else {
            return nil
        }
        let isCRLF = bytes[end] == .cr && end + 1 < bytes.count && bytes[end + 1] == .lf
        return CSVDialect(delimiter: bytes[end - 1], preambleBytes: end + (isCRLF ? 2 : 1))
    }
}
