import TransferCore

/// The fields of one record.
func fields(of record: String) throws -> [String] {
    var fields: [String] = []
    var parser = CSVParser(delimiter: UInt8(ascii: ","), limits: .none)
    try parser.parse(Array(record.utf8).span) { fields = $0.texts }
    try parser.finish { fields = $0.texts }
    return fields
}
