import Mustache
import TransferCore

/// What every value goes through on its way into a page.
///
/// Not Mustache's own HTML type: that looks at whole characters, so that a quote followed by a
/// combining mark passes it unescaped. Characters that do not show, or that turn the text round
/// them, are spelled out, so that a row looks like what it is; a text too long for a cell is cut.
struct PageText: MustacheContentType {
    /// What templates name in their first line: `{{% CONTENT_TYPE:BATON}}`.
    static let name = "BATON"
    /// Longer than any id of the service; a message may have 64 kB.
    private static let scalarsMax = 512

    func escapeText(_ text: String) -> String {
        var escaped = ""
        escaped.unicodeScalars.reserveCapacity(min(text.utf8.count, 2 * Self.scalarsMax))
        for scalar in text.cut(to: Self.scalarsMax).unicodeScalars {
            if let words = Self.entity(scalar) ?? Self.spelledOut(scalar) {
                escaped += words
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// The text as a page shows it, for JSON in the page's data block: in quotes, and without the
    /// `<` by which the block could be ended.
    static func jsonString(_ text: String) -> String {
        var json = "\""
        json.unicodeScalars.reserveCapacity(min(text.utf8.count, scalarsMax) + 2)
        for scalar in text.cut(to: scalarsMax).unicodeScalars {
            switch scalar {
            case "<": json += "\\u003c"
            case "\"", "\\":
                json.unicodeScalars.append("\\")
                json.unicodeScalars.append(scalar)
            default:
                if let words = spelledOut(scalar) {
                    json += words
                } else {
                    json.unicodeScalars.append(scalar)
                }
            }
        }
        json += "\""
        return json
    }

    /// The same with `mark`, which is of JSON, wherever `name` is.
    static func jsonString(_ text: String, with mark: String, for name: String) -> String {
        let parts = text.cut(to: scalarsMax)
            .split(separator: name, omittingEmptySubsequences: false)
        return "\""
            + parts.map { jsonString(String($0)).dropFirst().dropLast() }.joined(separator: mark)
            + "\""
    }

    private static func entity(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "<": "&lt;"
        case ">": "&gt;"
        case "&": "&amp;"
        case "\"": "&quot;"
        case "'": "&#39;"
        default: nil
        }
    }

    /// `[U+202E]` for a character that does not show; a blank for one that breaks the line.
    private static func spelledOut(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "\n", "\r", "\t": return " "
        case let hidden where hidden.isHidden: break
        default: return nil
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "[U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
    }
}

extension Unicode.Scalar {
    /// Control characters, and those of format but the joiners, which scripts and emoji need.
    fileprivate var isHidden: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        case .format: value != 0x200C && value != 0x200D
        default: false
        }
    }
}

extension String {
    /// The first scalars of the text, and an ellipsis where there are more.
    fileprivate func cut(to scalarsMax: Int) -> String {
        guard utf8.count > scalarsMax, unicodeScalars.count > scalarsMax else { return self }
        return String(unicodeScalars.prefix(scalarsMax)) + "…"
    }
}

extension Int {
    /// With a comma between thousands: `1,940`.
    var words: String {
        var digits = String(magnitude)
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return self < 0 ? "-" + digits : digits
    }

    /// `1 row`, `2,000 rows`.
    func words(_ one: String, _ many: String) -> String {
        self == 1 ? "1 \(one)" : "\(words) \(many)"
    }
}

extension Double {
    /// With so many digits after the point.
    func words(digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((magnitude * scale).rounded())
        let sign = self < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + scaled.words }
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: Int(scale))
        let tail = String(rest)
        return sign + whole.words + "." + String(repeating: "0", count: digits - tail.count) + tail
    }

    /// With as many digits as a figure for people needs: `0.48`, `9.6`, `1,250`, `3`.
    var figure: String {
        words(digits: self == rounded() || magnitude >= 100 ? 0 : magnitude >= 2 ? 1 : 2)
    }
}

extension Duration {
    /// The two largest units: `1 h 4 min`, `16 min 40 s`, `2.3 s`.
    var words: String {
        guard seconds >= 59.5 else {
            let isWhole = seconds >= 10 || seconds == seconds.rounded()
            return seconds.words(digits: isWhole ? 0 : 1) + " s"
        }
        let whole = Int(seconds.rounded())
        let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) min" }
        return "\(minutes) min \(whole % 60) s"
    }
}
