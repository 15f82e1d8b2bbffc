/// The id of one of the simulator's things: a UUID in lower-case text, as the service gives them.
///
/// Sixteen bytes rather than a string of 36: a world of 100,000 contacts stays small, and looking
/// one up hashes two words.
package struct SimulatedID: Hashable, Sendable, Comparable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    /// Draws a UUID of version 4 (RFC 9562, section 5.4).
    package init(using generator: inout SeededGenerator) {
        high = generator.next() & ~0xF000 | 0x4000
        low = generator.next() & ~(0b11 << 62) | 0b10 << 62
    }

    /// Parses the text form; nil for any other text, upper case included.
    package init?(_ text: some StringProtocol) {
        var words: (high: UInt64, low: UInt64) = (0, 0)
        var position = 0
        for byte in text.utf8 {
            if Self.isDash(position) {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                let digit: UInt8
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
                case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
                default: return nil
                }
                words.high = words.high << 4 | words.low >> 60
                words.low = words.low << 4 | UInt64(digit)
            }
            position += 1
        }
        guard position == Self.length else { return nil }
        (high, low) = words
    }

    /// The text form, 36 characters.
    package var text: String {
        String(unsafeUninitializedCapacity: Self.length) { buffer in
            var position = 0
            for nibble in 0..<32 {
                if Self.isDash(position) {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = nibble < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - nibble % 16 * 4)) & 15
                buffer[position] =
                    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                position += 1
            }
            return position
        }
    }

    package var description: String { text }

    /// Chance of this id's own, for what need not be kept: the same id always draws the same.
    package var generator: SeededGenerator { SeededGenerator(seed: high, call: low) }

    /// In the order of the text forms.
    package static func < (a: SimulatedID, b: SimulatedID) -> Bool {
        (a.high, a.low) < (b.high, b.low)
    }

    private static let length = 36

    private static func isDash(_ position: Int) -> Bool {
        position == 8 || position == 13 || position == 18 || position == 23
    }
}
