/// What spreadsheets, consoles and chats do to a text that was pasted.
package enum SpreadsheetText {
    /// The text without the blanks round it; `hadInvisible` where some were not plain spaces or
    /// tabs, so that nobody can have seen them.
    package static func trimmed(_ text: String) -> (text: String, hadInvisible: Bool) {
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var end = scalars.endIndex
        var hadInvisible = false
        while start < end, scalars[start].isBlank {
            hadInvisible = hadInvisible || scalars[start].isInvisible
            start = scalars.index(after: start)
        }
        while start < end, scalars[scalars.index(before: end)].isBlank {
            end = scalars.index(before: end)
            hadInvisible = hadInvisible || scalars[end].isInvisible
        }
        return (String(scalars[start..<end]), hadInvisible)
    }

    /// How a text that should be an id was changed, and what to do; nil where it looks untouched.
    static func damage(to text: String) -> String? {
        if text.isScientific {
            return "is a number that a spreadsheet has rounded, so that the id is lost. Format "
                + "the column as text and paste the ids again."
        }
        if text.hasPrefix("=") {
            return "is a spreadsheet's formula. Paste the id as a value."
        }
        if text.hasPrefix("#") {
            return "is what a spreadsheet shows instead of a value. Paste the id again."
        }
        if text.unicodeScalars.contains(where: \.isQuotationMark) {
            return "has quotation marks that belong to no id. Remove them."
        }
        return nil
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" || isInvisible }

    /// Spaces and marks that look like nothing, or like a plain space.
    fileprivate var isInvisible: Bool {
        switch value {
        case 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0xA0, 0xAD, 0x1680, 0x180E, 0x2000...0x200F,
            0x2028...0x202F, 0x205F...0x2064, 0x2066...0x2069, 0x3000, 0xFEFF:
            true
        default: false
        }
    }

    fileprivate var isQuotationMark: Bool {
        switch value {
        case 0x22, 0x27, 0x60, 0xAB, 0xB4, 0xBB, 0x2018...0x201F, 0x2039, 0x203A, 0x300C...0x300F,
            0xFF02, 0xFF07:
            true
        default: false
        }
    }
}

extension String {
    /// `1.23E+15`, or `1,23E+15` where a comma is the decimal point.
    fileprivate var isScientific: Bool {
        let parts = lowercased().split(separator: "e", omittingEmptySubsequences: false)
        guard parts.count == 2, let exponent = parts.last, let mantissa = parts.first else {
            return false
        }
        let digits = exponent.drop { $0 == "+" || $0 == "-" }
        // Without a sign it may be eight digits of an id.
        guard digits.count == exponent.count - 1, !digits.isEmpty else { return false }
        let numbers = mantissa.drop { $0 == "-" }
            .split(omittingEmptySubsequences: false) { $0 == "." || $0 == "," }
        return (1...2).contains(numbers.count)
            && ([digits] + numbers).allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
    }

    /// 8-4-4-4-12 hexadecimal digits, as the service's ids have it.
    package var hasShapeOfUUID: Bool { IdentifierKey(uuid: utf8Span.span) != nil }

    /// Digits alone, or an id of which a part is missing or too much.
    ///
    /// The service's model has no pattern for ids, so one of quite another shape is left to it.
    var isBrokenUUID: Bool {
        let isHexadecimal = utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x46).contains($0 & 0xDF) || $0 == 0x2D
        }
        let isNumber = utf8.allSatisfy { (0x30...0x39).contains($0) }
        let groups = split(separator: "-", omittingEmptySubsequences: false).map(\.utf8.count)
        return isNumber || (isHexadecimal && utf8.count >= 16 && !hasShapeOfUUID)
            || (groups == [8, 4, 4, 4, 12] && !hasShapeOfUUID)
    }
}
