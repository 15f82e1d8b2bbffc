import TransferCore
import TransferLedger

/// The rows that need a person, as the page's script reads them.
///
/// A JSON object: `rows` is one flat list with four values for each row: line, contact, destination
/// and note, the last two by their places in `destinations` (kind, name, id) and `notes` (outcome,
/// code, message), which hold each text once; where a message names the row's contact it has U+0001,
/// so that rows refused for the same reason share it. So a row takes some 55 bytes. It is kept in memory, within its limits, since the
/// page says above the rows how many there are.
struct RowData {
    private(set) var count = 0
    private var rows = ""
    private var destinations = Values()
    private var notes = Values()

    /// With more, browsers take too long to open the page.
    static let rowsMax = 100_000
    /// A mail takes it, with what else is in the page.
    private static let bytesMax = 14_000_000

    /// Takes a row, unless the page is full.
    mutating func add(_ row: RowRecord) {
        guard count < Self.rowsMax, bytes < Self.bytesMax else { return }
        let texts = row.destination?.texts
        let destination = destinations.place(
            of: [row.destination?.kind.rawValue ?? "", texts?.name ?? "", texts?.id ?? ""])
        let contact = PageText.jsonString(row.contact ?? "")
        let note = notes.place(
            of: [row.outcome.rawValue, row.code ?? "", row.reason ?? ""], naming: row.contact)
        if count > 0 { rows += "," }
        rows += "\(row.line),\(contact),\(destination),\(note)"
        count += 1
    }

    /// Writes the block of data.
    func write(to file: inout ReportFile) throws(ReportError) {
        try file.write(#"<script type="application/json" id="row-data">{"rows":["#.utf8)
        try file.write(rows.utf8)
        try file.write(#"],"destinations":["#.utf8)
        try file.write(destinations.json.utf8)
        try file.write(#"],"notes":["#.utf8)
        try file.write(notes.json.utf8)
        try file.write("]}</script>\n".utf8)
    }

    private var bytes: Int {
        rows.utf8.count + destinations.json.utf8.count + notes.json.utf8.count
    }
}

/// Lists of texts that many rows share, each once.
private struct Values {
    private(set) var json = ""
    /// By what they look like in the page, which has an end; a message may be of 64 kB.
    private var places: [String: Int] = [:]
    /// Shorter ones may stand in a text without being meant, and longer ones are cut in the page.
    private static let nameBytes = 8...256

    /// The place of these texts among the values, to which they are added where they are new.
    ///
    /// - Parameter contact: it is replaced where the last text names it.
    mutating func place(of texts: [String], naming contact: String? = nil) -> Int {
        var parts = texts.map(PageText.jsonString)
        if let contact, let text = texts.last, Self.nameBytes.contains(contact.utf8.count) {
            // No text has U+0001 itself: it would be spelled out.
            parts[parts.count - 1] = PageText.jsonString(text, with: #"\u0001"#, for: contact)
        }
        let value = "[" + parts.joined(separator: ",") + "]"
        if let place = places[value] { return place }
        let place = places.count
        if place > 0 { json += "," }
        json += value
        places[value] = place
        return place
    }
}
