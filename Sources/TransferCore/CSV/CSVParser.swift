/// Splits bytes into CSV records, chunk by chunk: RFC 4180, in any of the dialects that
/// spreadsheets write.
///
/// Line ends are LF, CRLF or a lone CR; the last record needs none. A field in quotes may hold
/// delimiters, line ends and doubled quotes; a quote within a bare field is an ordinary byte. Empty
/// lines are no records. Bytes are not decoded here: see ``CSVRecord/text(_:)``.
///
/// Only the bytes that can mean something are looked at one by one: ``ByteBlock`` finds them, 64
/// bytes at a time. All positions are counted in bytes from the input's first.
package struct CSVParser {
    private let delimiter: UInt8
    private let delimiters: UInt64
    private let limits: CSVLimits
    private var record: CSVRecord
    private var state: State = .outside
    /// Of the chunk that is parsed.
    private var chunkStart: Int
    private var line: Int
    private var fieldStart: Int
    /// Where the last quoted field began.
    private var quoteOpened: Int
    /// Where the quote stands that closed the field, or is the first of two.
    private var closingQuote = 0
    /// Whether the field has doubled quotes.
    private var hasEscapes = false
    /// Of the last CR: an LF right after it ends no further line. At first it is not even right
    /// before the first byte.
    private var lastCR = -2
    /// Whether a byte of the record, or one near it, is not ASCII.
    private var sawNonASCII = false

    private enum State {
        /// Not in quotes: at a field's start or in a bare field.
        case outside
        case quoted
        /// Behind a quote that closes the field unless another one follows.
        case closed
    }

    /// Starts at the beginning of an input, or `offset` bytes and `line - 1` lines into it.
    package init(
        delimiter: UInt8, limits: CSVLimits = CSVLimits(), line: Int = 1, offset: Int = 0
    ) {
        self.delimiter = delimiter
        delimiters = ByteBlock.lanes(delimiter)
        self.limits = limits
        self.line = line
        chunkStart = offset
        fieldStart = offset
        quoteOpened = offset
        record = CSVRecord(line: line, offset: offset)
    }

    /// The bytes, as far as they were taken, of the record that is not complete yet.
    package var partialRecord: CSVRecord { record }

    /// Takes the next bytes of the input and calls `body` with each record that they complete.
    ///
    /// The record is only valid during the call.
    ///
    /// - Throws: ``CSVError``; what `body` throws.
    package mutating func parse(
        _ bytes: Span<UInt8>, _ body: (borrowing CSVRecord) throws -> Void
    ) throws {
        var index = 0
        while index < bytes.count {
            let block = ByteBlock(bytes, at: index, delimiter: delimiters)
            sawNonASCII = sawNonASCII || block.hasNonASCII
            var special = block.special
            while special != 0 {
                let offset = index + special.trailingZeroBitCount
                special &= special &- 1
                guard try take(bytes[offset], at: chunkStart + offset, in: bytes) else { continue }
                try body(record)
                restart(at: chunkStart + offset + 1)
                sawNonASCII = block.hasNonASCII
            }
            index += ByteBlock.count
        }
        try endChunk(bytes)
    }

    /// Ends the input: a last record without a line end is completed.
    ///
    /// - Throws: ``CSVError`` for a quote that was never closed; what `body` throws.
    package mutating func finish(_ body: (borrowing CSVRecord) throws -> Void) throws {
        if state == .quoted {
            throw CSVError(
                .unclosedQuote, at: record.position(at: quoteOpened - record.offset))
        }
        guard chunkStart > record.offset else { return }
        try endField(at: chunkStart, in: Span())
        record.isASCII = !sawNonASCII
        try body(record)
        restart(at: chunkStart)
    }

    /// Takes one byte that may mean something; true where it ends a record.
    private mutating func take(
        _ byte: UInt8, at offset: Int, in bytes: Span<UInt8>
    ) throws(CSVError) -> Bool {
        if byte == 0 { throw error(.nulByte, at: offset, in: bytes) }
        switch state {
        case .quoted:
            takeQuoted(byte, at: offset)
            return false
        case .closed where byte == .quote && offset == closingQuote + 1:
            state = .quoted
            hasEscapes = true
            return false
        case .closed where offset > closingQuote + 1:
            throw error(.textAfterQuote, at: closingQuote + 1, in: bytes)
        case .outside, .closed:
            return try takeOutside(byte, at: offset, in: bytes)
        }
    }

    private mutating func takeQuoted(_ byte: UInt8, at offset: Int) {
        switch byte {
        case .quote:
            state = .closed
            closingQuote = offset
        case .lf, .cr: endLine(byte, at: offset)
        default: break
        }
    }

    private mutating func takeOutside(
        _ byte: UInt8, at offset: Int, in bytes: Span<UInt8>
    ) throws(CSVError) -> Bool {
        switch byte {
        case delimiter:
            try endField(at: offset, in: bytes)
            fieldStart = offset + 1
            return false
        case .lf, .cr:
            let isEmpty = offset == record.offset
            if !isEmpty {
                try endField(at: offset, in: bytes)
                try endRecord(at: offset, in: bytes)
            }
            endLine(byte, at: offset)
            if isEmpty { restart(at: offset + 1) }
            return !isEmpty
        case .quote where offset == fieldStart:
            quoteOpened = offset
            state = .quoted
            return false
        default:
            // A quote within a bare field, or a control character that is text.
            if state == .closed { throw error(.textAfterQuote, at: offset, in: bytes) }
            return false
        }
    }

    private mutating func endLine(_ byte: UInt8, at offset: Int) {
        if byte == .cr {
            lastCR = offset
        } else if lastCR == offset - 1 {
            return
        }
        line += 1
    }

    private mutating func endField(at offset: Int, in bytes: Span<UInt8>) throws(CSVError) {
        let quotes = state == .closed ? 1 : 0
        if quotes == 1, offset != closingQuote + 1 {
            throw error(.textAfterQuote, at: closingQuote + 1, in: bytes)
        }
        let start = fieldStart + quotes
        let end = offset - quotes
        try checkField(end - start, in: bytes)
        guard record.fields.count < limits.columnsMax else {
            throw error(.tooManyColumns(max: limits.columnsMax), at: fieldStart, in: bytes)
        }
        record.fields.append(
            CSVRecord.Field(
                start: start - record.offset, end: end - record.offset, hasEscapes: hasEscapes))
        state = .outside
        hasEscapes = false
    }

    private mutating func endRecord(at offset: Int, in bytes: Span<UInt8>) throws(CSVError) {
        try checkRecord(offset - record.offset, in: bytes)
        keep(upTo: offset, of: bytes)
        record.isASCII = !sawNonASCII
    }

    private mutating func restart(at offset: Int) {
        record.restart(line: line, offset: offset)
        fieldStart = offset
    }

    /// Keeps what the chunk has of a record that goes on in the next.
    private mutating func endChunk(_ bytes: Span<UInt8>) throws(CSVError) {
        let end = chunkStart + bytes.count
        let quotes =
            switch state {
            case .outside: 0
            case .quoted: 1
            case .closed: 2
            }
        try checkField(end - fieldStart - quotes, in: bytes)
        try checkRecord(end - record.offset, in: bytes)
        keep(upTo: end, of: bytes)
        chunkStart = end
    }

    private mutating func keep(upTo offset: Int, of bytes: Span<UInt8>) {
        let kept = record.offset + record.raw.count
        guard kept < offset else { return }
        let part = bytes.extracting(kept - chunkStart..<offset - chunkStart)
        part.withUnsafeBufferPointer { record.raw.append(contentsOf: $0) }
    }

    private mutating func checkField(_ count: Int, in bytes: Span<UInt8>) throws(CSVError) {
        guard count > limits.fieldBytesMax else { return }
        throw error(.fieldTooLong(max: limits.fieldBytesMax), at: fieldStart, in: bytes)
    }

    private mutating func checkRecord(_ count: Int, in bytes: Span<UInt8>) throws(CSVError) {
        guard count > limits.recordBytesMax else { return }
        throw error(.recordTooLong(max: limits.recordBytesMax), at: record.offset, in: bytes)
    }

    private mutating func error(
        _ code: CSVError.Code, at offset: Int, in bytes: Span<UInt8>
    ) -> CSVError {
        keep(upTo: min(offset, chunkStart + bytes.count), of: bytes)
        return CSVError(code, at: record.position(at: offset - record.offset))
    }
}

/// How much of an input is taken for a mistake.
package struct CSVLimits: Hashable, Sendable {
    package var fieldBytesMax = 64 * 1024
    package var columnsMax = 512
    package var recordBytesMax = 1024 * 1024
    /// Data records; the ledger can hold no more than 2^32 - 1 of a job.
    package var rowsMax = 10_000_000

    package init() {}

    /// For records that were taken before, and are not refused now.
    package static let none: CSVLimits = {
        var limits = CSVLimits()
        limits.fieldBytesMax = .max
        limits.columnsMax = .max
        limits.recordBytesMax = .max
        limits.rowsMax = .max
        return limits
    }()
}

// Inlinable: else each is a call for each byte that another module compares with it.
extension UInt8 {
    @inlinable package static var lf: UInt8 { UInt8(ascii: "\n") }
    @inlinable package static var cr: UInt8 { UInt8(ascii: "\r") }
    @inlinable package static var quote: UInt8 { UInt8(ascii: "\"") }
}
