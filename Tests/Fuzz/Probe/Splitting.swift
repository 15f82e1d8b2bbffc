import TransferCore

/// What the parser makes of a file that comes in one chunk or in several.
struct Splitting {
    private(set) var records: [Record] = []
    private(set) var error: CSVError?

    struct Record: Equatable {
        var line: Int
        var offset: Int
        var raw: [UInt8]
        var fields: [CSVRecord.Field]
        /// The fields' bytes without their quotes.
        var contents: [[UInt8]]
        var firstInvalidByte: CSVPosition?

        init(_ record: borrowing CSVRecord) {
            line = record.line
            offset = record.offset
            raw = record.raw
            fields = record.fields
            contents = []
            for index in record.fields.indices { contents.append(Array(record.bytes(index))) }
            firstInvalidByte = record.firstInvalidByte
        }
    }

    /// - Parameter cuts: where a new chunk begins, in order.
    init(
        _ bytes: [UInt8], delimiter: UInt8, limits: CSVLimits = CSVLimits(), cutAt cuts: [Int] = []
    ) throws {
        var parser = CSVParser(delimiter: delimiter, limits: limits)
        do {
            var start = 0
            for end in cuts + [bytes.count] {
                // A copy, so that AddressSanitizer sees what is read beyond the chunk.
                let chunk = Array(bytes[start..<end])
                try parser.parse(chunk.span) { records.append(Record($0)) }
                start = end
            }
            try parser.finish { records.append(Record($0)) }
        } catch let error as CSVError {
            self.error = error
        }
    }

    /// Whether both are the same.
    ///
    /// What is over a limit is refused where its chunk ends, so that, cut otherwise, the parser may
    /// meet another error of the same record first.
    func agrees(with other: Splitting) -> Bool {
        guard records == other.records else { return false }
        guard error != other.error else { return true }
        guard let error, let otherError = other.error else { return false }
        return error.isOfLimit || otherError.isOfLimit
    }
}

extension CSVError {
    /// Whether something is larger than it may be.
    var isOfLimit: Bool {
        switch code {
        case .fieldTooLong, .recordTooLong, .tooManyColumns: true
        case .unclosedQuote, .textAfterQuote, .nulByte: false
        }
    }
}
