extension Timestamp {
    /// Parses when a run is to stop: `06:00`, the next one after `now`, or
    /// `2026-11-26T06:00[:SS]`, by the clocks of `zone` unless `Z` or `+01:00` follows.
    package init?(stopTime text: String, after now: Timestamp, in zone: ZoneOffsets) {
        if let time = TimeOfDay(text) {
            self = time.next(after: now, in: zone)
            return
        }
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, let days = CivilDate(iso8601: halves[0])?.daysSince1970 else {
            return nil
        }
        let clock = halves[1].prefix { $0.isNumber || $0 == ":" }
        guard let time = Self.secondsOfDay(clock) else { return nil }
        let local = Int(days) * TimeOfDay.dayInSeconds + time
        let rest = halves[1].dropFirst(clock.count)
        if rest.isEmpty {
            self = zone.moment(localSeconds: local)
        } else if let offset = Self.offset(rest) {
            self.init(wholeSeconds: local - offset)
        } else {
            return nil
        }
    }

    private static func secondsOfDay(_ text: Substring) -> Int? {
        guard let time = TimeOfDay(text.prefix(5)) else { return nil }
        if text.count == 5 { return time.seconds }
        let rest = text.dropFirst(5)
        guard rest.first == ":", let seconds = Int(twoDigits: rest.dropFirst()), seconds < 60 else {
            return nil
        }
        return time.seconds + seconds
    }

    /// In seconds east of UTC, of `Z` or `+01:00`.
    private static func offset(_ text: Substring) -> Int? {
        if text == "Z" { return 0 }
        guard let sign = ["+": 1, "-": -1][text.prefix(1)], let time = TimeOfDay(text.dropFirst())
        else { return nil }
        return sign * time.seconds
    }
}
