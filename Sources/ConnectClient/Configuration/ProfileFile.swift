/// One of AWS's shared files, read as botocore reads it (configloader.py, on Python's
/// RawConfigParser).
///
/// A setting is `key = value` or `key: value`; a line that is indented deeper than the key above it
/// goes on with that key's value, or is a setting nested under it where it has none. Comments have
/// lines of their own. What botocore refuses is an error with its line.
struct ProfileFile: Sendable {
    /// What stands between the brackets, in the file's order.
    private var headers: [String] = []
    /// By what stands between the brackets.
    private(set) var sections: [String: ProfileSection] = [:]

    /// Its settings hold for all sections.
    private static let defaults = "DEFAULT"

    /// - Parameter path: for messages.
    init(parsing text: some StringProtocol, path: String) throws(ConnectClientError) {
        guard text.unicodeScalars.first != "\u{FEFF}" else {
            throw Self.invalid(
                "\(path), line 1", "the file starts with a byte order mark. Save it without one.")
        }
        var header: String?
        // The key whose value may go on, and how deep it is indented.
        var key: String?
        var depth = 0
        let lines = text.split(omittingEmptySubsequences: false) {
            ["\n", "\r\n", "\r"].contains($0)
        }
        for (index, line) in lines.enumerated() {
            let place = "\(path), line \(index + 1)"
            let content = line.trimmingBlanks
            guard let first = content.first, first != "#", first != ";" else { continue }
            let indentation = line.prefix(while: \.isWhitespace).count
            if let header, let key, indentation > depth {
                guard sections[header]?.goOn(key, content, place) == true else {
                    throw Self.invalid(
                        place, "expected `key = value` under `\(key)`. Mend the line.")
                }
                continue
            }
            depth = indentation
            if first == "[" {
                header = try open(content, place)
                key = nil
            } else {
                key = try set(content, in: header, place)
            }
        }
        let common = sections.removeValue(forKey: Self.defaults)
        if let common { sections = sections.mapValues { common.overlaid(with: $0) } }
    }

    /// The sections of a kind by their names: `profile`, `sso-session` or `services`.
    ///
    /// `[default]` is a profile too, for which `[profile default]` is another name: the later holds.
    func sections(of kind: String) -> [String: ProfileSection] {
        var named: [String: ProfileSection] = [:]
        for header in headers {
            if header == "default", kind == "profile" {
                named[header] = sections[header]
            } else if header.hasPrefix(kind), let words = ShellWords.split(header),
                words.count == 2
            {
                named[words[1]] = sections[header]
            }
        }
        return named
    }

    /// Begins a section.
    private mutating func open(
        _ line: some StringProtocol, _ place: String
    ) throws(ConnectClientError) -> String {
        guard let end = line.lastIndex(of: "]") else {
            throw Self.invalid(place, "the section's name has no closing bracket. Add it.")
        }
        let header = String(line[line.index(after: line.startIndex)..<end])
        // Python's versions differ in where such a name ends.
        guard !header.isEmpty, !header.contains("]") else {
            throw Self.invalid(place, "expected one [section] and no other bracket. Mend the line.")
        }
        guard sections[header] == nil || header == Self.defaults else {
            throw Self.invalid(
                place, "[\(header)] stands in the file twice. Put its settings together.")
        }
        if sections[header] == nil { headers.append(header) }
        sections[header, default: ProfileSection()].isPresent = true
        return header
    }

    /// Adds a setting to a section and gives its key.
    private mutating func set(
        _ line: some StringProtocol, in header: String?, _ place: String
    ) throws(ConnectClientError) -> String {
        guard let header else {
            throw Self.invalid(
                place, "a setting stands before the first [section]. Mend the file.")
        }
        guard let delimiter = line.firstIndex(where: { $0 == "=" || $0 == ":" }),
            delimiter > line.startIndex
        else { throw Self.invalid(place, "expected `key = value`. Mend the line.") }
        let key = line[..<delimiter].trimmingBlanks.lowercased()
        let value = line[line.index(after: delimiter)...].trimmingBlanks
        guard sections[header]?.add(key, String(value)) == true else {
            throw Self.invalid(place, "`\(key)` stands in [\(header)] twice. Remove one of them.")
        }
        return key
    }

    private static func invalid(_ place: String, _ what: String) -> ConnectClientError {
        ConnectClientError(.profileFileInvalid, "\(place): \(what)")
    }
}
