import TransferCore

/// Leads from the bytes of a decoded text back to those of the input.
///
/// In UTF-8 they are the same, since the parser counts from behind the byte order mark. In UTF-16
/// every unit is two bytes, so the units are counted record by record.
struct SourcePositions {
    private let isUTF16: Bool
    /// The end of the last record in the decoded text, and in the input.
    private var decodedEnd: Int
    private var sourceEnd: Int

    /// Starts behind the byte order mark and a line of `preambleBytes` that is no record.
    init(after decoder: TextDecoder, preambleBytes: Int) {
        isUTF16 = decoder.isUTF16
        decodedEnd = decoder.markBytes + preambleBytes
        sourceEnd = decoder.markBytes + 2 * preambleBytes
    }

    /// Goes on behind a record.
    mutating func pass(_ record: borrowing CSVRecord) {
        guard isUTF16 else { return }
        // Between records stand only line ends.
        sourceEnd += 2 * (record.offset - decodedEnd) + 2 * Self.units(record.raw[...])
        decodedEnd = record.offset + record.raw.count
    }

    /// The place in the input of a place in the record that was being read.
    func source(of position: CSVPosition, in record: borrowing CSVRecord) -> CSVPosition {
        guard isUTF16 else { return position }
        let before = record.raw.prefix(position.offset - record.offset)
        var position = position
        position.offset = sourceEnd + 2 * (record.offset - decodedEnd) + 2 * Self.units(before)
        return position
    }

    /// How many UTF-16 units a text in UTF-8 has.
    private static func units(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 >= 0xF0 ? 2 : 1) }
    }
}
