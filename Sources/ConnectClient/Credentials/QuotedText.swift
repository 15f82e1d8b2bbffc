/// What a program or a server said, made fit to stand in a message: one line, short, printable.
struct QuotedText {
    let text: String

    private static let charactersMax = 300

    /// Keeps the end, where programs say what went wrong.
    init(endOf bytes: [UInt8]) {
        let line = Self.line(bytes)
        text =
            line.count <= Self.charactersMax
            ? line : "…" + line.suffix(Self.charactersMax - 1)
    }

    /// Keeps the beginning.
    ///
    /// - Parameter secret: what the text must not repeat.
    init(startOf said: String, hiding secret: String?) {
        var line = Self.line(Array(said.utf8))
        if let secret, !secret.isEmpty { line = line.replacing(secret, with: "[removed]") }
        text =
            line.count <= Self.charactersMax
            ? line : line.prefix(Self.charactersMax - 1) + "…"
    }

    /// The words, with one blank between them and no sign that a terminal would obey.
    private static func line(_ bytes: [UInt8]) -> String {
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
                Character(" ")
            default: Character(scalar)
            }
        }
        return String(scalars).split(separator: " ").joined(separator: " ")
    }
}
