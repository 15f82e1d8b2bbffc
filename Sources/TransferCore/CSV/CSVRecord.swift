/// One record of a CSV input.
package struct CSVRecord: Sendable {
    /// The line on which it starts; 1 = the input's first.
    package internal(set) var line: Int
    /// Where it starts, in bytes from the input's first.
    package internal(set) var offset: Int
    /// The bytes as they stand in the input, without the line end.
    package internal(set) var raw: [UInt8] = []
    /// In the record's order; positions are in ``raw``.
    package internal(set) var fields: [Field] = []
    /// Whether every byte is known to be ASCII; where not, some may still all be.
    var isASCII = false

    /// Where the content of a field stands, without the quotes round it.
    package struct Field: Hashable, Sendable {
        package var start: Int
        package var end: Int
        /// Whether quotes within it are doubled.
        package var hasEscapes: Bool
    }

    init(line: Int, offset: Int) {
        self.line = line
        self.offset = offset
    }

    mutating func restart(line: Int, offset: Int) {
        self.line = line
        self.offset = offset
        raw.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }

    /// The number of fields.
    package var count: Int { fields.count }

    /// The field at `index` as text; bytes that are no UTF-8 become U+FFFD.
    package func text(_ index: Int) -> String {
        let field = fields[index]
        if isASCII, !field.hasEscapes {
            // Known to be ASCII, so that it need not be looked at again.
            let span = raw.span.extracting(field.start..<field.end)
            return String(copying: UTF8Span(unchecked: span, isKnownASCII: true))
        }
        return String(decoding: bytes(index), as: UTF8.self)
    }

    /// The field at `index` as bytes, unquoted.
    package func bytes(_ index: Int) -> ArraySlice<UInt8> {
        let field = fields[index]
        let content = raw[field.start..<field.end]
        return field.hasEscapes ? content.withoutEscapes : content
    }

    /// All fields as texts.
    package var texts: [String] { fields.indices.map(text) }

    /// Where the first byte stands that is not UTF-8; nil where all are.
    package var firstInvalidByte: CSVPosition? {
        guard !isASCII, let index = UTF8Check.firstInvalid(in: raw.span) else { return nil }
        return position(at: index)
    }

    /// The place of the byte at an index of ``raw``.
    package func position(at index: Int) -> CSVPosition {
        var position = CSVPosition(line: line, column: 1, offset: offset + index)
        var lastWasCR = false
        for byte in raw[..<index] {
            if byte == .lf || byte == .cr {
                if byte == .cr || !lastWasCR { position.line += 1 }
                position.column = 1
            } else if byte & 0xC0 != 0x80 {
                position.column += 1
            }
            lastWasCR = byte == .cr
        }
        return position
    }
}

extension ArraySlice<UInt8> {
    /// With one quote for each two.
    fileprivate var withoutEscapes: ArraySlice<UInt8> {
        var content: [UInt8] = []
        content.reserveCapacity(count)
        var isSecond = false
        for byte in self {
            isSecond = byte == .quote && !isSecond
            if byte != .quote || isSecond { content.append(byte) }
        }
        return content[...]
    }
}

/// Where in an input something stands.
package struct CSVPosition: Hashable, Sendable {
    /// 1 = the first line.
    package var line: Int
    /// In characters (Unicode scalars); 1 = the first of the line.
    package var column: Int
    /// In bytes from the input's first, which is 0.
    package var offset: Int

    package init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }

    /// `line 3, column 5 (byte 40)`.
    package var words: String { "line \(line), column \(column) (byte \(offset))" }
}

/// Why an input is no CSV.
package struct CSVError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        case unclosedQuote, textAfterQuote, nulByte
        case fieldTooLong(max: Int), recordTooLong(max: Int), tooManyColumns(max: Int)
    }

    package var code: Code
    package var position: CSVPosition

    package init(_ code: Code, at position: CSVPosition) {
        self.code = code
        self.position = position
    }

    package var description: String { "\(position.words): \(words)" }

    private var words: String {
        switch code {
        case .unclosedQuote:
            "this quote is never closed. Close it, or double it where it belongs to the text."
        case .textAfterQuote:
            "text follows a closing quote. Double the quotes that belong to the text."
        case .nulByte:
            "a NUL byte. This is no CSV file; save it as CSV UTF-8."
        case .fieldTooLong(let max):
            "the field that begins here is longer than \(max) bytes. Is a quote missing?"
        case .recordTooLong(let max):
            "the record that begins here is longer than \(max) bytes. Is a quote missing?"
        case .tooManyColumns(let max):
            "the record has more than \(max) fields."
        }
    }
}

/// Finds the first byte that is not UTF-8 (Unicode 15, table 3-7).
enum UTF8Check {
    /// Its index; nil where all bytes are.
    static func firstInvalid(in bytes: Span<UInt8>) -> Int? {
        var index = 0
        while index < bytes.count {
            let length = sequenceLength(bytes, at: index)
            if length == 0 { return index }
            index += length
        }
        return nil
    }

    /// The length of the well-formed sequence at `index`; 0 where there is none.
    private static func sequenceLength(_ bytes: Span<UInt8>, at index: Int) -> Int {
        let first = bytes[index]
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch first {
            case 0x00...0x7F: (1, 0x80...0xBF)
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            default: (0, 0x80...0xBF)
            }
        guard length > 1 else { return length }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
        for offset in 2..<max(length, 2) where !(0x80...0xBF).contains(bytes[index + offset]) {
            return 0
        }
        return length
    }
}
