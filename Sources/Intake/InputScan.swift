import AWSSigning
import TransferCore
import TransferLedger

/// One pass over an input: reads, decodes, splits, judges, and hands on row by row.
struct InputScan: ~Copyable {
    private let path: String
    private let defaults: RowDefaults
    private var file: InputFile
    private var decoder = TextDecoder()
    private var contacts = ContactLines()
    private var judge: RowJudge?
    private var header = ""
    private var summary = IntakeSummary()

    struct Result {
        var input: JobInput
        var summary: IntakeSummary
    }

    init(_ path: String, defaults: RowDefaults) throws(IntakeError) {
        self.path = path
        self.defaults = defaults
        file = try InputFile(path)
    }

    /// Hands every data record to `sink`, in the order of the input.
    ///
    /// - Throws: ``IntakeError`` where the input as a whole cannot be used; what `sink` throws.
    consuming func run(_ sink: (NewRow) throws -> Void) throws -> Result {
        do {
            let (sha256, delimiter) = try readAll(sink)
            return try result(sha256: sha256, delimiter: delimiter)
        } catch let error as CSVError {
            throw IntakeError(.refused, "\(path), \(error)")
        } catch let error as TextError {
            throw IntakeError(
                .refused,
                "\(path), byte \(error.offset): this is no UTF-16 text. "
                    + "Save the file as CSV UTF-8.")
        }
    }

    private mutating func readAll(
        _ sink: (NewRow) throws -> Void
    ) throws -> (sha256: String, delimiter: UInt8) {
        var hasher = SHA256Hasher()
        var buffer = [UInt8](repeating: 0, count: InputFile.chunkBytes)
        var count = try file.read(into: &buffer)
        let start = try decoder.decode(buffer[..<count], isLast: count == 0)
        let dialect = try beginning(start, of: buffer[..<count])
        var parser = CSVParser(
            delimiter: dialect.delimiter, line: dialect.preambleBytes > 0 ? 2 : 1,
            offset: decoder.markBytes + dialect.preambleBytes)
        var text = Array(start.dropFirst(dialect.preambleBytes))
        while count > 0 {
            hasher.update(buffer.span.extracting(0..<count))
            try parser.parse(text.span) { try take($0, sink) }
            count = try file.read(into: &buffer)
            text = try decoder.decode(buffer[..<count], isLast: count == 0)
        }
        try parser.finish { try take($0, sink) }
        return (hasher.finish().hex, dialect.delimiter)
    }

    private func beginning(
        _ text: [UInt8], of bytes: ArraySlice<UInt8>
    ) throws(IntakeError) -> CSVDialect {
        if bytes.isEmpty {
            throw IntakeError(
                .refused, "\(path) is empty. The first line must name the columns.")
        }
        if let kind = FileSignature.kind(of: bytes) {
            throw IntakeError(
                .refused, "\(path) is \(kind), not a CSV file. Save it as CSV UTF-8.")
        }
        return CSVDialect(detecting: text.span)
    }

    private mutating func take(
        _ record: borrowing CSVRecord, _ sink: (NewRow) throws -> Void
    ) throws {
        if let offset = record.firstInvalidByte {
            throw IntakeError(
                .refused,
                "\(path), line \(record.line), byte \(offset): this is not UTF-8. "
                    + "Save the file as CSV UTF-8.")
        }
        guard let judge else {
            try readHeader(record)
            return
        }
        summary.rows += 1
        let verdict = judged(record, by: judge)
        try sink(
            NewRow(
                row: summary.rows, line: record.line,
                record: String(decoding: record.raw, as: UTF8.self), verdict: verdict))
    }

    private mutating func readHeader(_ record: borrowing CSVRecord) throws(IntakeError) {
        do throws(HeaderError) {
            let schema = try RowSchema(header: record.texts, defaults: defaults)
            judge = RowJudge(schema: schema, defaults: defaults)
        } catch {
            throw IntakeError(.refused, "\(path), line \(record.line): \(error.sentence)")
        }
        header = String(decoding: record.raw, as: UTF8.self)
    }

    private mutating func judged(
        _ record: borrowing CSVRecord, by judge: RowJudge
    ) -> NewRow.Verdict {
        do throws(RowProblems) {
            let draft = try judge.judge(record)
            if let first = contacts.note(draft.contact, line: record.line) {
                throw RowProblems([
                    RowProblem(
                        .duplicateContact, .contactID,
                        "The contact stands on line \(first) already. "
                            + "Keep the row that is right.")
                ])
            }
            return .pending(draft)
        } catch {
            summary.add(error, row: summary.rows, line: record.line)
            return .rejected(
                code: (error.all.first?.code ?? .missingValue).rawValue,
                column: error.all.first?.column?.rawValue, message: error.message,
                contact: judge.contactText(of: record))
        }
    }

    private mutating func result(
        sha256: String, delimiter: UInt8
    ) throws(IntakeError) -> Result {
        try file.checkUnchanged()
        guard judge != nil else {
            throw IntakeError(
                .refused, "\(path) has no header. The first line must name the columns.")
        }
        guard summary.rows > 0 else {
            throw IntakeError(.refused, "\(path) has a header and no rows. Add the contacts.")
        }
        summary.problems.sort { $0.count > $1.count }
        return Result(
            input: JobInput(
                name: path, bytes: file.bytesRead, sha256: sha256, delimiter: delimiter,
                header: header),
            summary: summary)
    }
}
