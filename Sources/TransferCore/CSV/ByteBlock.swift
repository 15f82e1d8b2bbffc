/// Up to 64 bytes of an input, searched at once for those that can mean something to a CSV parser.
///
/// Eight bytes at a time in the lanes of one integer: as fast as vectors are where it counts, and
/// many times faster without an optimizer.
struct ByteBlock {
    static let count = 64

    /// The delimiter, quotes, and the control characters up to CR: line ends, NUL, and a few that
    /// are rare enough to be looked at for nothing. The lowest bit stands for the first byte.
    private(set) var special: UInt64 = 0
    private(set) var hasNonASCII = false

    /// The top bit of each lane.
    private static var tops: UInt64 { 0x8080_8080_8080_8080 }
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }

    /// Looks at the bytes from `index` on; fewer than 64 at the end.
    ///
    /// - Parameter delimiter: in each of the eight bytes; see ``lanes(_:)``.
    init(_ bytes: Span<UInt8>, at index: Int, delimiter: UInt64) {
        let count = bytes.count - index
        var all: UInt64 = 0
        if count >= Self.count {
            let raw = bytes.bytes
            for word in 0..<8 {
                // Safe: any eight bytes are a UInt64, and these lie within the span, which has 64 from
                // the index on.
                let lanes = UInt64(
                    littleEndian: raw.unsafeLoadUnaligned(
                        fromByteOffset: index &+ word &* 8, as: UInt64.self))
                all |= lanes
                special |= Self.specials(lanes, delimiter) &<< UInt64(truncatingIfNeeded: word &* 8)
            }
        } else {
            for start in stride(from: 0, to: count, by: 8) {
                let lanes = Self.lanes(bytes, from: index + start)
                all |= lanes
                special |= Self.specials(lanes, delimiter) << UInt64(start)
            }
        }
        hasNonASCII = all & Self.tops != 0
    }

    private static func specials(_ lanes: UInt64, _ delimiter: UInt64) -> UInt64 {
        bits(isZero(lanes ^ delimiter) | isZero(lanes ^ quotes) | isLineEndOrLess(lanes))
    }

    /// A byte in each of the eight lanes.
    static func lanes(_ byte: UInt8) -> UInt64 { UInt64(byte) &* ones }

    private static var quotes: UInt64 { lanes(.quote) }

    /// The next eight bytes; spaces where there are fewer.
    private static func lanes(_ bytes: Span<UInt8>, from start: Int) -> UInt64 {
        var lanes = Self.lanes(UInt8(ascii: " "))
        for index in (start..<min(start + 8, bytes.count)).reversed() {
            lanes = lanes << 8 | UInt64(bytes[index])
        }
        return lanes
    }

    /// The top bit of each lane that is zero (H. S. Warren, Hacker's Delight, 6-1).
    private static func isZero(_ lanes: UInt64) -> UInt64 {
        ~(((lanes & ~tops) &+ ~tops) | lanes) & tops
    }

    /// The top bit of each lane from 0 to 13.
    private static func isLineEndOrLess(_ lanes: UInt64) -> UInt64 {
        ~(((lanes & ~tops) &+ (0x7F - UInt64(UInt8.cr)) &* ones) | lanes) & tops
    }

    /// The eight top bits one beside the other.
    private static func bits(_ lanes: UInt64) -> UInt64 {
        ((lanes >> 7) &* 0x0102_0408_1020_4080) >> 56
    }
}
