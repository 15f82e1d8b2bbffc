/// One of AWS's shared files: sections of `key = value` lines.
///
/// "Shared config and credentials files", AWS SDKs and Tools Reference Guide. Tolerant of blanks,
/// comments and keys it does not know; a line that is nothing at all is an error with its number.
struct ProfileFile: Sendable {
    /// By the text between the brackets, quotes taken off: `default`, `profile night`.
    private(set) var sections: [String: ProfileSection] = [:]

    /// - Parameter path: for messages.
    init(parsing text: some StringProtocol, path: String) throws(ConnectClientError) {
        var section: String?
        // The property whose indented lines may follow.
        var parent: String?
        for (index, line) in text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        ).enumerated() {
            let place = "\(path), line \(index + 1)"
            let content = line.trimmingBlanks
            guard let first = content.first, first != "#", first != ";" else { continue }
            if first == "[" {
                section = try Self.name(of: content, place)
                parent = nil
                // A section may stand in a file twice: later lines win.
                sections[section ?? "", default: ProfileSection()].isPresent = true
                continue
            }
            guard let section else {
                throw ConnectClientError(
                    .profileFileInvalid,
                    "\(place): a setting stands before the first [section]. Mend the file.")
            }
            if line.first?.isWhitespace == true, let parent {
                // `connect =` with `  endpoint_url = …` under it: one level is all there is.
                if let (key, value) = Self.property(content) {
                    sections[section]?.properties[parent + "." + key] = value
                }
                continue
            }
            guard let (key, value) = Self.property(content) else {
                throw ConnectClientError(
                    .profileFileInvalid, "\(place): expected `key = value`. Mend the line.")
            }
            sections[section]?.properties[key] = value
            parent = key
        }
    }

    private static func name(
        of line: some StringProtocol, _ place: String
    ) throws(ConnectClientError) -> String {
        guard let end = line.firstIndex(of: "]") else {
            throw ConnectClientError(
                .profileFileInvalid, "\(place): the section's name has no closing bracket.")
        }
        let words = line[line.index(after: line.startIndex)..<end].split(
            maxSplits: 1, whereSeparator: \.isWhitespace)
        return words.map { word in
            String(word.trimmingBlanks.filter { $0 != "\"" && $0 != "'" })
        }.joined(separator: " ")
    }

    /// The key in lower case and the value without its comment; nil where there is no `=`.
    private static func property(_ line: some StringProtocol) -> (key: String, value: String)? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let key = line[..<equals].trimmingBlanks.lowercased()
        var value = line[line.index(after: equals)...].trimmingBlanks
        // A comment needs a blank before it: secrets may hold `#`.
        var previous: Character = "="
        for index in value.indices {
            if value[index] == "#" || value[index] == ";", previous.isWhitespace {
                value = value[..<index].trimmingBlanks
                break
            }
            previous = value[index]
        }
        return key.isEmpty ? nil : (key, String(value))
    }
}

/// The settings of one section; a nested one is called `connect.endpoint_url`.
struct ProfileSection: Sendable {
    var isPresent = false
    var properties: [String: String] = [:]

    /// The value of a setting; nil where it is missing or empty.
    subscript(key: String) -> String? {
        properties[key].flatMap { $0.isEmpty ? nil : $0 }
    }
}
