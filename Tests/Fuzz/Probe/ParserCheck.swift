import TransferCore

/// What the parser promises of any bytes.
///
/// The last eight bytes of an input say how the others are parsed: the delimiter and whether limits
/// are small, how small, and three places of two bytes where they are cut.
enum ParserCheck {
    private static let controlBytes = 8

    static func check(_ input: [UInt8]) throws {
        guard input.count >= controlBytes else { return }
        let bytes = Array(input.dropLast(controlBytes))
        let control = Array(input.suffix(controlBytes))
        let delimiter = CSVDialect.delimiters[Int(control[0] & 3)]
        let limits = limits(of: control)
        let cuts = stride(from: 2, to: controlBytes, by: 2).map { index in
            (Int(control[index]) << 8 | Int(control[index + 1])) % (bytes.count + 1)
        }.sorted()

        let whole = try Splitting(bytes, delimiter: delimiter, limits: limits)
        let text = CheckedText(bytes)
        try text.check(whole, delimiter: delimiter)
        for cuts in [Array(cuts.prefix(1)), cuts] {
            let pieces = try Splitting(bytes, delimiter: delimiter, limits: limits, cutAt: cuts)
            try text.check(pieces, delimiter: delimiter)
            try expect(
                whole.agrees(with: pieces),
                "Cut at \(cuts): \(pieces.records), \(String(describing: pieces.error)). "
                    + "Whole: \(whole.records), \(String(describing: whole.error)).")
        }
        try check(CSVDialect(detecting: bytes.span), bytes)
    }

    private static func limits(of control: [UInt8]) -> CSVLimits {
        var limits = CSVLimits()
        guard control[0] & 4 != 0 else { return limits }
        limits.fieldBytesMax = 1 + Int(control[1] & 15)
        limits.columnsMax = 1 + Int(control[1] >> 4 & 3)
        limits.recordBytesMax = 4 + 8 * Int(control[1] >> 6)
        return limits
    }

    private static func check(_ dialect: CSVDialect, _ bytes: [UInt8]) throws {
        try expect(
            CSVDialect.delimiters.contains(dialect.delimiter), "\(dialect) is none of ours.")
        let preamble = String(decoding: bytes.prefix(dialect.preambleBytes), as: UTF8.self)
        let line = "sep=\(Character(Unicode.Scalar(dialect.delimiter)))"
        try expect(
            preamble.isEmpty
                || ["\n", "\r", "\r\n"].contains { line + $0 == preamble.lowercased() },
            "\(dialect) passes over '\(preamble)'.")
    }
}

/// A text, and the line of each of its bytes by a count of its own.
private struct CheckedText {
    let bytes: [UInt8]
    /// One more than the bytes: the last is that of the end.
    private var lines = [1]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        for (index, byte) in bytes.enumerated() {
            let isSecondOfTwo = byte == .lf && index > 0 && bytes[index - 1] == .cr
            let endsLine = byte == .cr || (byte == .lf && !isSecondOfTwo)
            lines.append((lines.last ?? 1) + (endsLine ? 1 : 0))
        }
    }

    func check(_ splitting: Splitting, delimiter: UInt8) throws {
        var end = 0
        for record in splitting.records {
            try checkGap(from: end, to: record.offset)
            end = record.offset + record.raw.count
            try expect(
                end <= bytes.count && bytes[record.offset..<end].elementsEqual(record.raw),
                "The record at byte \(record.offset) is not what stands there: \(record.raw).")
            try expect(
                end == bytes.count || bytes[end] == .lf || bytes[end] == .cr,
                "The record at byte \(record.offset) ends at no line end.")
            try expect(
                record.line == lines[record.offset],
                "The record at byte \(record.offset) is of line \(lines[record.offset]), "
                    + "not \(record.line).")
            try checkFields(of: record, delimiter)
            try checkAlone(record, delimiter)
            try checkUTF8(of: record)
        }
        if let error = splitting.error {
            try check(error)
        } else {
            try checkGap(from: end, to: bytes.count)
        }
    }

    /// Between records stand only line ends.
    private func checkGap(from start: Int, to end: Int) throws(Broken) {
        try expect(
            start <= end && bytes[start..<end].allSatisfy { $0 == .lf || $0 == .cr },
            "No record has the bytes \(start) to \(end).")
    }

    /// Fields, their quotes and the delimiters between them are all that a record has.
    private func checkFields(of record: Splitting.Record, _ delimiter: UInt8) throws(Broken) {
        var index = 0
        let raw = record.raw
        for (number, field) in record.fields.enumerated() {
            let quotes = field.start - index
            try expect(
                (0...1).contains(quotes) && field.end >= field.start
                    && field.end + quotes <= raw.count,
                "Field \(number) at byte \(record.offset) is out of its bounds: \(field).")
            if quotes == 1 {
                try expect(
                    raw[index] == .quote && raw[field.end] == .quote,
                    "Field \(number) at byte \(record.offset) has no quotes round it.")
            }
            index = field.end + quotes
            let isLast = number == record.fields.count - 1
            try expect(
                isLast ? index == raw.count : index < raw.count && raw[index] == delimiter,
                "Field \(number) at byte \(record.offset) ends at no delimiter.")
            index += 1
        }
        try expect(!record.fields.isEmpty, "The record at byte \(record.offset) has no fields.")
    }

    /// A record is the same where nothing else is: so it is read again from the ledger.
    private func checkAlone(_ record: Splitting.Record, _ delimiter: UInt8) throws {
        let alone = try Splitting(record.raw, delimiter: delimiter, limits: .none)
        try expect(
            alone.error == nil && alone.records.count == 1
                && alone.records[0].fields == record.fields
                && alone.records[0].contents == record.contents,
            "The record at byte \(record.offset) is another alone: \(alone.records), "
                + "\(String(describing: alone.error)).")
    }

    private func checkUTF8(of record: Splitting.Record) throws(Broken) {
        let isValid = String(validating: record.raw, as: UTF8.self) != nil
        try expect(
            isValid == (record.firstInvalidByte == nil),
            "The record at byte \(record.offset) is \(isValid ? "" : "no ")UTF-8.")
        guard let position = record.firstInvalidByte else { return }
        let good = bytes[record.offset..<position.offset]
        try expect(
            String(validating: good, as: UTF8.self) != nil, "\(position.words) is not the first.")
        try check(position)
    }

    private func check(_ error: CSVError) throws(Broken) {
        try check(error.position)
        let offset = error.position.offset
        switch error.code {
        case .unclosedQuote:
            try expect(bytes[offset...].first == .quote, "\(error) is at no quote.")
        case .textAfterQuote:
            try expect(offset > 0 && bytes[offset - 1] == .quote, "\(error) is behind no quote.")
        case .nulByte:
            try expect(bytes[offset...].first == 0, "\(error) is at no NUL.")
        case .fieldTooLong, .recordTooLong, .tooManyColumns: break
        }
    }

    private func check(_ position: CSVPosition) throws(Broken) {
        try expect((0...bytes.count).contains(position.offset), "\(position.words) is nowhere.")
        let before = bytes[..<position.offset]
        let lineStart = (before.lastIndex { $0 == .lf || $0 == .cr } ?? -1) + 1
        let column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
        try expect(
            position.line == lines[position.offset] && position.column == column,
            "\(position.words) is line \(lines[position.offset]), column \(column).")
    }
}
