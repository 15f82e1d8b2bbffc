/// Files that are taken for a CSV by mistake, known by their first bytes.
enum FileSignature {
    private static let known: [(bytes: [UInt8], kind: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "an Excel workbook or a zip archive"),
        ([0x50, 0x4B, 0x05, 0x06], "an empty zip archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
        ([0x1F, 0x8B], "a gzip archive"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF"),
        ([0x89, 0x50, 0x4E, 0x47], "a picture"),
        ([0x42, 0x5A, 0x68], "a bzip2 archive"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive"),
        ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive"),
        ([0xFF, 0xFE, 0x00, 0x00], "UTF-32 text"),
        ([0x00, 0x00, 0xFE, 0xFF], "UTF-32 text"),
    ]

    /// What consoles save under the name of a table, in lower case.
    private static let markup: [(text: String, kind: String)] = [
        ("<!doctype html", "an HTML page"), ("<html", "an HTML page"), ("<table", "an HTML page"),
        ("<?xml", "an XML document"), ("{\\rtf", "a rich text document"),
    ]

    /// What a file beginning so is, where it is no CSV.
    static func kind(of start: ArraySlice<UInt8>) -> String? {
        if let kind = known.first(where: { start.starts(with: $0.bytes) })?.kind { return kind }
        let text = start.prefix(64).drop { $0 <= 0x20 }.map {
            (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
        }
        return markup.first { text.starts(with: Array($0.text.utf8)) }?.kind
    }
}
