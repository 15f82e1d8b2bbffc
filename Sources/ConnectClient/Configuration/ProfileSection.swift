/// The settings of one section.
struct ProfileSection: Sendable {
    var isPresent = false
    /// By the key in lower case. The value of a key with settings nested under it is a line's end,
    /// which serves as no value at all; botocore has a dictionary there.
    private(set) var properties: [String: String] = [:]
    /// By the key that they stand under, then by their own, as they are written.
    private(set) var nested: [String: [String: String]] = [:]
    /// By the key, the place of the line in which its value goes on.
    private(set) var continuations: [String: String] = [:]

    /// The value of a setting; nil where it is missing or empty.
    subscript(key: String) -> String? {
        properties[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether a setting stands there, be it an empty one.
    func has(_ key: String) -> Bool { properties[key] != nil }

    /// False where the key stands there already.
    mutating func add(_ key: String, _ value: String) -> Bool {
        guard !has(key) else { return false }
        properties[key] = value
        return true
    }

    /// Adds an indented line to the key above it; false where it can be nothing.
    mutating func goOn(_ key: String, _ line: some StringProtocol, _ place: String) -> Bool {
        let value = properties[key] ?? ""
        guard value.isEmpty || nested[key] != nil else {
            properties[key] = "\(value)\n\(line)"
            continuations[key] = continuations[key] ?? place
            return true
        }
        guard let equals = line.firstIndex(of: "=") else { return false }
        let name = String(line[..<equals].trimmingBlanks)
        properties[key] = "\n"
        nested[key, default: [:]][name] = String(
            line[line.index(after: equals)...].trimmingBlanks)
        return true
    }

    /// The settings of both; the other's where both have one.
    func overlaid(with other: ProfileSection) -> ProfileSection {
        var both = self
        both.isPresent = isPresent || other.isPresent
        for (key, value) in other.properties {
            both.properties[key] = value
            both.nested[key] = other.nested[key]
            both.continuations[key] = other.continuations[key]
        }
        return both
    }
}
