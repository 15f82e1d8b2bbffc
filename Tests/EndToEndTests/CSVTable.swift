import TransferCore

/// A CSV with a header, as rows by column name.
enum CSVTable {
    static func read(_ bytes: [UInt8]) -> [[String: String]] {
        var records: [[String]] = []
        var parser = CSVParser(delimiter: UInt8(ascii: ","))
        do {
            try parser.parse(bytes.span) { records.append($0.texts) }
            try parser.finish { records.append($0.texts) }
        } catch {
            return []
        }
        guard let header = records.first else { return [] }
        return records.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }
}
