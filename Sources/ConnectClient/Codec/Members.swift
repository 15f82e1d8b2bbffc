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

    func number(_ name: String) -> Int? { value(name) }

    /// True where the member is there with a value of whatever type.
    func has(_ name: String) -> Bool {
        (try? container.decodeNil(forKey: Name(stringValue: name))) == false
    }

    func members(_ name: String) -> Members? { value(name) }

    func list(_ name: String) -> [Members] { value(name) ?? [] }

    func id<ID: ServiceIdentifier>(_ type: ID.Type, _ name: String) -> ID? {
        text(name).flatMap { text in try? ID(text) }
    }

    /// A moment: seconds since 1970 as a number, fractions allowed (restJson1's epoch-seconds).
    func timestamp(_ name: String) -> Timestamp? {
        let seconds: Double? = value(name)
        return seconds.flatMap { Int64(exactly: ($0 * 1000).rounded()) }
            .map(Timestamp.init(milliseconds:))
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
