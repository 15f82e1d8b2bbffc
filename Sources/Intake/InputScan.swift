import AWSSigning
import TransferCore
package import TransferLedger

/// One pass over an input: reads, hashes, decodes, splits and judges it, batch by batch.
package struct InputScan: ~Copyable {
    private let options: IntakeOptions
    private var file: InputFile
    private var decoder = TextDecoder()
    private var buffer = [UInt8](repeating: 0, count: InputFile.chunkBytes)
    private var hasher: SHA256Hasher? = SHA256Hasher()
    private var parser: CSVParser?
    private var delimiter: UInt8 = 0
    private var positions: SourcePositions
    private var rows: RowIntake
    private var hasEnded = false

    /// What is known once the last row was read.
    struct Result: Sendable {
        var input: JobInput
        var summary: IntakeSummary
        /// The homes that rows name beside the job's own.
        var homes: Set<Home>
    }

    /// - Parameter path: of a file or a named pipe; `-` is standard input.
    package init(_ path: String, options: IntakeOptions) throws(IntakeError) {
        self.options = options
        file = try InputFile(path)
        rows = RowIntake(file.name, options: options)
        positions = SourcePositions(after: decoder, preambleBytes: 0)
    }

    /// Reads on until a batch is full; nil where the input has ended.
    ///
    /// - Throws: ``IntakeError`` where the input as a whole cannot be used.
    package mutating func next() throws -> NewRows? {
        while !rows.isBatchFull, !hasEnded { try readChunk() }
        return rows.takeBatch()
    }

    private mutating func readChunk() throws {
        let count = try file.read(into: &buffer)
        hash(count)
        let bytes = buffer[..<count]
        hasEnded = count == 0
        var text = try decoded(bytes)[...]
        if parser == nil { try begin(&text, bytes) }
        try split(text)
        if hasEnded { try checkEnd() }
    }

    private mutating func hash(_ count: Int) {
        guard var hasher = hasher.take() else { return }
        hasher.update(buffer.span.extracting(0..<count))
        self.hasher = consume hasher
    }

    private mutating func decoded(_ bytes: ArraySlice<UInt8>) throws(IntakeError) -> [UInt8] {
        do throws(TextError) {
            return try decoder.decode(bytes, isLast: hasEnded)
        } catch {
            throw IntakeError(
                .refused,
                "\(file.name), byte \(error.offset): this is no UTF-16 text. "
                    + "Save the file as CSV UTF-8.")
        }
    }

    /// Reads the dialect off the first chunk.
    private mutating func begin(
        _ text: inout ArraySlice<UInt8>, _ bytes: ArraySlice<UInt8>
    ) throws(IntakeError) {
        if bytes.isEmpty {
            throw IntakeError(
                .refused, "\(file.name) is empty. The first line must name the columns.")
        }
        if let kind = FileSignature.kind(of: bytes) {
            throw IntakeError(
                .refused, "\(file.name) is \(kind), not a CSV file. Save it as CSV UTF-8.")
        }
        let dialect = CSVDialect(detecting: text.span)
        let start = decoder.markBytes + dialect.preambleBytes
        text = text.dropFirst(dialect.preambleBytes)
        delimiter = dialect.delimiter
        positions = SourcePositions(after: decoder, preambleBytes: dialect.preambleBytes)
        parser = CSVParser(
            delimiter: dialect.delimiter, limits: options.limits,
            line: dialect.preambleBytes > 0 ? 2 : 1, offset: start)
    }

    private mutating func split(_ text: ArraySlice<UInt8>) throws {
        guard var parser = parser.take() else { return }
        do {
            try parser.parse(text.span) { try take($0) }
            if hasEnded { try parser.finish { try take($0) } }
        } catch let error as CSVError {
            let place = positions.source(of: error.position, in: parser.partialRecord)
            throw IntakeError(.refused, "\(file.name), \(CSVError(error.code, at: place))")
        }
        self.parser = parser
    }

    private mutating func take(_ record: borrowing CSVRecord) throws(IntakeError) {
        if let position = record.firstInvalidByte {
            throw IntakeError(
                .refused,
                "\(file.name), \(position.words): this is not UTF-8. Save the file as CSV UTF-8.")
        }
        try rows.take(record)
        positions.pass(record)
    }

    private func checkEnd() throws(IntakeError) {
        try file.checkUnchanged()
        guard rows.hasHeader else {
            throw IntakeError(
                .refused, "\(file.name) has no header. The first line must name the columns.")
        }
        guard rows.summary.rows > 0 else {
            throw IntakeError(
                .refused, "\(file.name) has a header and no rows. Add the contacts.")
        }
    }

    /// What was read, once ``next()`` has returned nil.
    mutating func result() -> Result {
        let hasher = hasher.take()
        return Result(
            input: JobInput(
                name: file.name, bytes: file.bytesRead, sha256: hasher?.finish().hex ?? "",
                delimiter: delimiter, header: rows.header),
            summary: rows.summary, homes: rows.homes)
    }
}
