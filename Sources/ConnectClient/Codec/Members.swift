import TransferCore

/// A JSON object of which any member may be missing or of another type.
struct Members: Decodable {
    private let container: KeyedDecodingContainer<Name>

    init(from decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Name.self)
    }

    /// The names of all members.
    var names: [String] { container.allKeys.map(\.stringValue) }

    func text(_ name: String) -> String? { value(name) }

    /// True where the member is there with a value of whatever type.
    func has(_ name: String) -> Bool {
        (try? container.decodeNil(forKey: Name(stringValue: name))) == false
    }

    func members(_ name: String) -> Members? { value(name) }

    func number(_ name: String) -> Double? { value(name) }

    func word<Word: ServiceWord>(_ type: Word.Type, _ name: String) -> Word? {
        text(name).map(Word.init(rawValue:))
    }

    /// The objects of a list; what else stands in it is passed over.
    func list(_ name: String) -> [Members] {
        let elements: [Element] = value(name) ?? []
        return elements.compactMap(\.members)
    }

    /// How many elements a list has, of whatever type; nil where there is no list.
    func count(of name: String) -> Int? {
        let elements: [Element]? = value(name)
        return elements?.count
    }

    /// Whether a member is there, and is neither null nor of this type.
    func isMistyped(_ name: String, as type: (some Decodable).Type) -> Bool {
        let name = Name(stringValue: name)
        do {
            _ = try container.decodeIfPresent(type, forKey: name)
            return false
        } catch { return true }
    }

    /// One element of a list, of whatever type.
    struct Element: Decodable {
        let members: Members?

        init(from decoder: any Decoder) { members = try? Members(from: decoder) }
    }

    func id<ID: ServiceIdentifier>(_ type: ID.Type, _ name: String) -> ID? {
        text(name).flatMap { text in try? ID(text) }
    }

    /// A moment: seconds since 1970 as a number, fractions allowed (restJson1's epoch-seconds); nil
    /// outside the years 1 to 9999, which no calendar of the reports could show.
    func timestamp(_ name: String) -> Timestamp? {
        guard let seconds = number(name), (-62_135_596_800..<253_402_300_800).contains(seconds)
        else { return nil }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
    }

    private func value<Value: Decodable>(_ name: String) -> Value? {
        try? container.decodeIfPresent(Value.self, forKey: Name(stringValue: name))
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
