/// The members of a JSON object of texts alone, as it stands in the answer to a transfer.
///
/// Read without JSONDecoder, which takes 3 of the 78 µs of CPU that a row costs. Whatever is not
/// spelled as the service spells it is left to JSONDecoder.
struct PlainTexts {
    private var members: [(name: ArraySlice<UInt8>, text: ArraySlice<UInt8>)] = []

    /// Nil where the bytes are anything but `{"name":"text",…}`: blanks, escapes, bytes beyond ASCII,
    /// other types of values.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        guard rest.popFirst() == UInt8(ascii: "{"), rest.popLast() == UInt8(ascii: "}")
        else { return nil }
        while true {
            guard let name = Self.text(of: &rest), rest.popFirst() == UInt8(ascii: ":"),
                let text = Self.text(of: &rest)
            else { return nil }
            members.append((name, text))
            guard let next = rest.popFirst() else { return }
            guard next == UInt8(ascii: ",") else { return nil }
        }
    }

    /// The text of a member; nil where there is none, or more than one.
    subscript(name: String) -> String? {
        let found = members.filter { $0.name.elementsEqual(name.utf8) }
        guard found.count == 1, let text = found.first?.text else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// Takes a text between its quotes.
    private static func text(of rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.popFirst() == UInt8(ascii: "\""),
            let end = rest.firstIndex(of: UInt8(ascii: "\""))
        else { return nil }
        let text = rest[..<end]
        let isPlain = text.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }
        rest = rest[(end + 1)...]
        return isPlain ? text : nil
    }
}
