/// An id as 128 bits, the same for all spellings of it: what ids are compared by.
///
/// One in the shape of a UUID, as all that the service gives out, is its value; any other is a
/// digest, seeded anew in each process. With a million of those, the odds that two are taken for
/// one are below 1 in 10^26.
package struct IdentifierKey: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    /// Reads 8-4-4-4-12 hexadecimal digits; nil for any other text.
    package init?(uuid bytes: Span<UInt8>) {
        guard bytes.count == 36, bytes[8] == .hyphen, bytes[13] == .hyphen,
            bytes[18] == .hyphen, bytes[23] == .hyphen
        else { return nil }
        var isHexadecimal = true
        func digits(_ range: Range<Int>) -> UInt64 {
            var value: UInt64 = 0
            for index in range {
                let digit = Self.digits[Int(bytes[index])]
                isHexadecimal = isHexadecimal && digit < 16
                value = value << 4 | UInt64(digit & 15)
            }
            return value
        }
        high = digits(0..<8) << 32 | digits(9..<13) << 16 | digits(14..<18)
        low = digits(19..<23) << 48 | digits(24..<36)
        guard isHexadecimal else { return nil }
    }

    /// The key of any text, without regard to case.
    package init(_ text: String) {
        self = IdentifierKey(uuid: text.utf8Span.span) ?? IdentifierKey(exact: text.lowercased())
    }

    /// The key of a text whose case matters: always a digest.
    package init(exact text: String) {
        high = Self.digest(text, salt: 1)
        low = Self.digest(text, salt: 2)
    }

    private static func digest(_ text: String, salt: UInt8) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(text)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// The value of each byte that is a hexadecimal digit; 16 of any other.
    private static let digits: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) {
        case let digit where (0x30...0x39).contains(digit): digit - 0x30
        case let digit where (0x41...0x46).contains(digit & 0xDF): (digit & 0xDF) - 0x37
        default: 16
        }
    }
}

extension UInt8 {
    fileprivate static let hyphen = UInt8(ascii: "-")
}
