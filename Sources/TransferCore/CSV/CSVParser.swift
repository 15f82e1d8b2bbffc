/// Splits bytes into CSV records, chunk by chunk: RFC 4180, in any of the dialects that
/// spreadsheets write.
///
/// Line ends are LF, CRLF or a lone CR; the last record needs none. A field in quotes may hold
/// delimiters, line ends and doubled quotes; a quote within a bare field is an ordinary byte. Empty
/// lines are no records. Bytes are not decoded here: see ``CSVRecord/text(_:)``.
package struct CSVParser {
    private let delimiter: UInt8
    private let limits: CSVLimits
    private var record: CSVRecord
    private var state: State = .fieldStart
    private var line = 1
    private var offset: Int
    private var lineStart: Int
    private var fieldStart = 0
    private var quoteOpened: CSVPosition?
    private var lastWasCR = false

    private enum State {
        case fieldStart, bare, quoted, quoteInQuoted
    }

    /// Starts at the beginning of an input, or `offset` bytes and `line - 1` lines into it.
    package init(
        delimiter: UInt8, limits: CSVLimits = CSVLimits(), line: Int = 1, offset: Int = 0
    ) {
        self.delimiter = delimiter
        self.limits = limits
        self.line = line
        self.offset = offset
        lineStart = offset
        record = CSVRecord(line: line, offset: offset)
    }

    /// Takes the next bytes of the input and calls `body` with each record that they complete.
    ///
    /// The record is only valid during the call.
    ///
    /// - Throws: ``CSVError``; what `body` throws.
    package mutating func parse(
        _ bytes: Span<UInt8>, _ body: (borrowing CSVRecord) throws -> Void
    ) throws {
        for index in bytes.indices {
            let byte = bytes[index]
            if try take(byte) { try complete(body) }
            offset += 1
        }
    }

    /// Ends the input: a last record without a line end is completed.
    ///
    /// - Throws: ``CSVError`` for a quote that was never closed; what `body` throws.
    package mutating func finish(_ body: (borrowing CSVRecord) throws -> Void) throws {
        if state == .quoted, let quoteOpened { throw CSVError(.unclosedQuote, at: quoteOpened) }
        if !record.raw.isEmpty { try complete(body) }
    }

    /// Takes one byte; true where it ends a record.
    private mutating func take(_ byte: UInt8) throws(CSVError) -> Bool {
        if lastWasCR {
            lastWasCR = false
            // The LF of a CRLF whose CR has ended the line.
            if byte == .lf {
                lineStart = offset + 1
                if state == .quoted { try appendRaw(byte); try append(byte) }
                if record.raw.isEmpty { record.offset = offset + 1 }
                return false
            }
        }
        if byte == 0 { throw CSVError(.nulByte, at: position) }
        if state == .quoted { return try takeQuoted(byte) }
        if byte == .lf || byte == .cr {
            endLine(byte)
            return true
        }
        try appendRaw(byte)
        if byte == delimiter {
            try endField()
            state = .fieldStart
            return false
        }
        try takeInField(byte)
        return false
    }

    private mutating func takeInField(_ byte: UInt8) throws(CSVError) {
        switch state {
        case .fieldStart where byte == .quote:
            quoteOpened = position
            state = .quoted
        case .fieldStart, .bare:
            state = .bare
            try append(byte)
        case .quoteInQuoted where byte == .quote:
            state = .quoted
            try append(byte)
        case .quoteInQuoted:
            throw CSVError(.textAfterQuote, at: position)
        case .quoted:
            break
        }
    }

    private mutating func takeQuoted(_ byte: UInt8) throws(CSVError) -> Bool {
        try appendRaw(byte)
        if byte == .quote {
            state = .quoteInQuoted
            return false
        }
        try append(byte)
        if byte == .lf || byte == .cr { endLine(byte) }
        return false
    }

    private mutating func endLine(_ byte: UInt8) {
        line += 1
        lineStart = offset + 1
        lastWasCR = byte == .cr
    }

    private mutating func complete(_ body: (borrowing CSVRecord) throws -> Void) throws {
        if !record.raw.isEmpty {
            try endField()
            try body(record)
        }
        record.restart(line: line, offset: offset + 1)
        fieldStart = 0
        state = .fieldStart
    }

    private mutating func endField() throws(CSVError) {
        record.ends.append(record.content.count)
        fieldStart = record.content.count
        if record.ends.count > limits.columnsMax {
            throw CSVError(.tooManyColumns(max: limits.columnsMax), at: position)
        }
    }

    private mutating func append(_ byte: UInt8) throws(CSVError) {
        record.content.append(byte)
        if record.content.count - fieldStart > limits.fieldBytesMax {
            throw CSVError(.fieldTooLong(max: limits.fieldBytesMax), at: position)
        }
    }

    private mutating func appendRaw(_ byte: UInt8) throws(CSVError) {
        record.raw.append(byte)
        if record.raw.count > limits.recordBytesMax {
            throw CSVError(.recordTooLong(max: limits.recordBytesMax), at: position)
        }
    }

    private var position: CSVPosition {
        CSVPosition(line: line, column: offset - lineStart + 1, offset: offset)
    }
}

/// How much of an input is taken for a mistake.
package struct CSVLimits: Hashable, Sendable {
    package var fieldBytesMax = 64 * 1024
    package var columnsMax = 512
    package var recordBytesMax = 1024 * 1024

    package init() {}

    /// For records that were taken before, and are not refused now.
    package static let none: CSVLimits = {
        var limits = CSVLimits()
        limits.fieldBytesMax = .max
        limits.columnsMax = .max
        limits.recordBytesMax = .max
        return limits
    }()
}

extension UInt8 {
    package static let lf = UInt8(ascii: "\n")
    package static let cr = UInt8(ascii: "\r")
    package static let quote = UInt8(ascii: "\"")
}
