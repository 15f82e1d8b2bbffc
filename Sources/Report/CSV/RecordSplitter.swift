import TransferCore

/// Splits stored records into their fields, reusing one parser's memory.
struct RecordSplitter {
    private let delimiter: UInt8
    private var parser: CSVParser

    init(delimiter: UInt8) {
        self.delimiter = delimiter
        parser = CSVParser(delimiter: delimiter, limits: .none)
    }

    /// The fields of a record, unquoted.
    ///
    /// A record that is none, which only an edit of the ledger can bring about, is one field.
    mutating func fields(of record: String) -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        func take(_ record: borrowing CSVRecord) {
            fields.reserveCapacity(record.count)
            for index in 0..<record.count { fields.append(record.bytes(index)) }
        }
        do {
            try parser.parse(record.utf8Span.span, take)
            try parser.finish(take)
        } catch {
            parser = CSVParser(delimiter: delimiter, limits: .none)
            return [Array(record.utf8)[...]]
        }
        return fields
    }
}
