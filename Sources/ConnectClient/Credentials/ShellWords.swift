/// A command line taken apart as a shell does it, with no shell and nothing expanded.
package enum ShellWords {
    /// Splits as Python's `shlex.split` does, which botocore uses (compat.py, compat_shell_split);
    /// nil where a quotation or an escape has no end.
    package static func split(_ line: String) -> [String]? {
        var words: [String] = []
        // Nil between words: an empty pair of quotes is a word too.
        var word: String?
        var quote: Character?
        var characters = line.makeIterator()
        while let character = characters.next() {
            switch (character, quote) {
            case (_, let open?) where character == open:
                quote = nil
            case ("\\", "\""):
                guard let next = characters.next() else { return nil }
                // Within double quotes only they and the backslash itself can be escaped.
                word = (word ?? "") + (next == "\"" || next == "\\" ? "" : "\\") + String(next)
            case (_, _?):
                word = (word ?? "") + String(character)
            case ("\\", nil):
                guard let next = characters.next() else { return nil }
                word = (word ?? "") + String(next)
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case (" ", nil), ("\t", nil), ("\r", nil), ("\n", nil), ("\r\n", nil):
                if let whole = word { words.append(whole) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        return words
    }
}
