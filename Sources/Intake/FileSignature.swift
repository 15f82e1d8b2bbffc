/// Files that are taken for a CSV by mistake, known by their first bytes.
enum FileSignature {
    private static let known: [(bytes: [UInt8], kind: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "an Excel workbook or a zip archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
        ([0x1F, 0x8B], "a gzip archive"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF"),
        ([0x89, 0x50, 0x4E, 0x47], "a picture"),
    ]

    /// What a file beginning so is, where it is no CSV.
    static func kind(of start: ArraySlice<UInt8>) -> String? {
        known.first { start.starts(with: $0.bytes) }?.kind
    }
}
