import AWSSigning
import TransferCore

extension Timestamp {
    /// Parses ISO 8601 as AWS's tools write it, `2026-11-22T20:14:05Z`; nil for any other form.
    ///
    /// Fractions of the second may stand there, of which milliseconds are kept, and `+01:00` or the
    /// `UTC` of older AWS tools in place of the `Z`. Without a zone it would be a guess.
    init?(iso8601 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":")
        else { return nil }
        let digits = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19].map {
            String(decoding: bytes[$0], as: UTF8.self)
        }
        let day = digits[..<3].joined()
        let time = digits[3...].joined()
        guard let date = SigningDate("\(day)T\(time)Z") else { return nil }
        var rest = bytes[19...]
        guard let fraction = Self.takeFraction(of: &rest), let offset = Self.offset(rest)
        else { return nil }
        self.init(writable: (date.seconds - offset) * 1000 + fraction)
    }

    /// Takes a moment of the years 0 to 9999, which ISO 8601 can write; nil for any other.
    init?(writable milliseconds: Int64) {
        guard Self.writable.contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    private static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// Takes `.123456` off the front, in milliseconds; 0 where there is none.
    private static func takeFraction(of rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard (1...9).contains(digits.count) else { return nil }
        rest = rest[digits.endIndex...]
        let padded = String(decoding: digits, as: UTF8.self) + "00"
        return Int64(padded.prefix(3))
    }

    /// In seconds east of UTC, of `+01:00` or `+0100`.
    private static func offset(_ zone: ArraySlice<UInt8>) -> Int64? {
        var bytes = Array(zone)
        if ["Z", "UTC"].contains(String(decoding: bytes, as: UTF8.self)) { return 0 }
        if bytes.count == 6, bytes[3] == UInt8(ascii: ":") { bytes.remove(at: 3) }
        guard bytes.count == 5,
            let sign: Int64 = [UInt8(ascii: "+"): 1, UInt8(ascii: "-"): -1][bytes[0]],
            let hours = UInt8(String(decoding: bytes[1..<3], as: UTF8.self)), hours < 24,
            let minutes = UInt8(String(decoding: bytes[3..<5], as: UTF8.self)), minutes < 60,
            bytes[1] != UInt8(ascii: "+"), bytes[3] != UInt8(ascii: "+")
        else { return nil }
        return sign * (Int64(hours) * 3600 + Int64(minutes) * 60)
    }
}
