/// The moment of a signature, to the second, in UTC.
package struct SigningDate: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64

    /// Takes milliseconds since 1970 and drops the fraction of the second.
    package init(milliseconds: Int64) {
        seconds = (milliseconds - (milliseconds % 1000 + 1000) % 1000) / 1000
    }

    /// Parses the form of `X-Amz-Date`, `20150830T123600Z`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let year = number(bytes[0..<4]), let month = number(bytes[4..<6]),
            let day = number(bytes[6..<8]), let hour = number(bytes[9..<11]),
            let minute = number(bytes[11..<13]), let second = number(bytes[13..<15]),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        seconds = days * 86400 + hour * 3600 + minute * 60 + second
        // A day that its month does not have, such as 31 April, comes back as another.
        guard timestamp.utf8.elementsEqual(bytes) else { return nil }
    }

    /// `20150830T123600Z`.
    package var timestamp: String {
        let time = seconds - daysSinceEpoch * 86400
        var text = digitsOfDay
        text.append(UInt8(ascii: "T"))
        for number in [time / 3600, time / 60 % 60, time % 60] { append(number, 2, to: &text) }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// `20150830`.
    package var day: String { String(decoding: digitsOfDay, as: UTF8.self) }

    private var digitsOfDay: [UInt8] {
        let (year, month, day) = civilDate(daysSince1970: daysSinceEpoch)
        var text: [UInt8] = []
        text.reserveCapacity(16)
        append(year, 4, to: &text)
        append(month, 2, to: &text)
        append(day, 2, to: &text)
        return text
    }

    private var daysSinceEpoch: Int64 { floorDivided(seconds, by: 86400) }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// Both ways after Howard Hinnant, "chrono-compatible low-level date algorithms"
/// (days_from_civil, civil_from_days): integers only, years that start in March.
private func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivided(shifted, by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
}

private func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719468
    let era = floorDivided(shifted, by: 146097)
    let dayOfEra = shifted - era * 146097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
}

private func floorDivided(_ dividend: Int64, by divisor: Int64) -> Int64 {
    let quotient = dividend / divisor
    return dividend % divisor < 0 ? quotient - 1 : quotient
}

/// A number of decimal digits alone; nil where another byte is among them.
private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
        guard (0x30...0x39).contains(digit) else { return nil }
        value = value * 10 + Int64(digit - 0x30)
    }
    return value
}

/// Appends a number's digits, as many as `width`.
private func append(_ number: Int64, _ width: Int, to text: inout [UInt8]) {
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
        text.append(UInt8(ascii: "0") + UInt8((number / divisor % 10).magnitude))
        divisor /= 10
    }
}
