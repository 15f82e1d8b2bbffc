/// An element of an XML answer: its name, its text, and the elements in it.
///
/// STS alone answers so, and flatly. FoundationXML would add 44 MB to a static binary of 14 and make
/// it need libxml2 and ICU (Swift 6.3, measured), so the little that is needed is read here, and all
/// else is refused: document types with their entities, comments, CDATA, instructions.
struct XMLElement: Sendable {
    /// Without the prefix of its namespace.
    var name: String
    /// What stands directly in it, entities resolved.
    var text = ""
    var children: [XMLElement] = []

    /// Reads a whole document in UTF-8; nil where it is anything else.
    init?(parsing bytes: [UInt8]) {
        var reader = XMLReader(bytes)
        guard let root = reader.document() else { return nil }
        self = root
    }

    fileprivate init(name: String) { self.name = name }

    /// The first element of a name in this one.
    func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The text of the first element of a name in this one, without blanks round it; nil where there
    /// is none.
    func text(_ name: String) -> String? {
        let text = child(name)?.text.trimmingBlanks ?? ""
        return text.isEmpty ? nil : String(text)
    }
}

/// Goes through the bytes of a document once.
private struct XMLReader {
    private var rest: ArraySlice<UInt8>

    /// STS's answers are four deep.
    private static let depthMax = 16

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func document() -> XMLElement? {
        _ = take([0xEF, 0xBB, 0xBF])
        skipBlanks()
        if take("<?xml ") {
            guard let end = rest.firstRange(of: Array("?>".utf8)) else { return nil }
            rest = rest[end.upperBound...]
            skipBlanks()
        }
        guard take("<"), let root = element(depth: 1) else { return nil }
        skipBlanks()
        return rest.isEmpty ? root : nil
    }

    /// Reads an element whose `<` is behind us.
    private mutating func element(depth: Int) -> XMLElement? {
        guard depth <= Self.depthMax, let name = name(), let isEmpty = endOfTag() else {
            return nil
        }
        var element = XMLElement(name: name)
        guard !isEmpty else { return element }
        while true {
            guard let text = text() else { return nil }
            element.text += text
            if take("</") {
                guard self.name() == name else { return nil }
                skipBlanks()
                return take(">") ? element : nil
            }
            guard take("<"), let child = self.element(depth: depth + 1) else { return nil }
            element.children.append(child)
        }
    }

    /// Passes over attributes; true for an element that ends at once, nil where the tag does not.
    private mutating func endOfTag() -> Bool? {
        var quote: UInt8?
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if quote == nil { quote = byte } else if quote == byte { quote = nil }
            case UInt8(ascii: "/") where quote == nil && rest.first == UInt8(ascii: ">"):
                rest.removeFirst()
                return true
            case UInt8(ascii: ">") where quote == nil: return false
            case UInt8(ascii: "<"): return nil
            default: break
            }
        }
        return nil
    }

    /// Reads up to the next tag; nil at the end of the document, or for an unknown entity.
    private mutating func text() -> String? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "<")),
            let raw = String(validating: rest[..<end], as: UTF8.self)
        else { return nil }
        rest = rest[end...]
        var text = ""
        for (index, part) in raw.split(separator: "&", omittingEmptySubsequences: false)
            .enumerated()
        {
            guard index > 0 else {
                text += part
                continue
            }
            guard let end = part.firstIndex(of: ";"), let sign = Self.sign(part[..<end]) else {
                return nil
            }
            text.unicodeScalars.append(sign)
            text += part[part.index(after: end)...]
        }
        return text
    }

    /// What `&name;` stands for: one of XML's five, or a number.
    private static func sign(_ name: Substring) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let number =
            digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
        return number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
    }

    /// Reads a name up to a blank or the end of the tag; nil where none begins here.
    private mutating func name() -> String? {
        let full = rest.prefix {
            $0.isLetterOrDigit || "_-.:".utf8.contains($0) || $0 >= 0x80
        }
        rest = rest.dropFirst(full.count)
        let local = full.split(separator: UInt8(ascii: ":")).last ?? []
        return local.isEmpty ? nil : String(validating: local, as: UTF8.self)
    }

    private mutating func skipBlanks() {
        rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    private mutating func take(_ text: String) -> Bool { take(Array(text.utf8)) }

    private mutating func take(_ bytes: [UInt8]) -> Bool {
        guard rest.starts(with: bytes) else { return false }
        rest = rest.dropFirst(bytes.count)
        return true
    }
}
