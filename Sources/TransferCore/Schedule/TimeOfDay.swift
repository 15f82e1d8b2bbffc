/// What a clock on the wall shows, to the minute.
package struct TimeOfDay: Hashable, Sendable, CustomStringConvertible {
    /// Minutes since midnight.
    package let minutes: Int

    static let dayInSeconds = 86_400

    /// Parses `HH:MM`, from 00:00 to 23:59.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hour = Int(twoDigits: parts[0]), hour < 24,
            let minute = Int(twoDigits: parts[1]), minute < 60
        else { return nil }
        minutes = hour * 60 + minute
    }

    init(minutes: Int) { self.minutes = minutes }

    package var description: String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    var seconds: Int { minutes * 60 }

    /// The first moment after `now` at which the zone's clocks come to this time, or past it where
    /// they skip it.
    package func next(after now: Timestamp, in zone: ZoneOffsets) -> Timestamp {
        let half = 12 * 60
        let window = DailyWindow(
            opensAt: self, closesAt: TimeOfDay(minutes: (minutes + half).modulo(24 * 60)),
            in: zone)
        let change = window.nextChange(after: now)
        return window.isOpen(at: now) ? window.nextChange(after: change) : change
    }
}

extension Int {
    /// Two decimal digits and nothing else.
    init?(twoDigits text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 2, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self = Int(digits[0] - 0x30) * 10 + Int(digits[1] - 0x30)
    }
}
