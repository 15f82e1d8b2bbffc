/// The time of day in which a run may send, by the clocks of one time zone.
///
/// It is open whenever those clocks show a time in it, the first minute included and the last one
/// not. So where clocks skip its beginning it opens when they have skipped it, and where they show
/// an hour twice it may be open in both.
package struct DailyWindow: Sendable, CustomStringConvertible {
    package let opensAt: TimeOfDay
    package let closesAt: TimeOfDay
    package let zone: ZoneOffsets

    /// Parses `HH:MM-HH:MM`, over midnight where the second is the earlier one; nil for anything
    /// else, and where both are the same.
    package init?(_ text: String, in zone: ZoneOffsets) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let opensAt = TimeOfDay(parts[0]),
            let closesAt = TimeOfDay(parts[1]), opensAt != closesAt
        else { return nil }
        self.init(opensAt: opensAt, closesAt: closesAt, in: zone)
    }

    init(opensAt: TimeOfDay, closesAt: TimeOfDay, in zone: ZoneOffsets) {
        self.opensAt = opensAt
        self.closesAt = closesAt
        self.zone = zone
    }

    package var description: String { "\(opensAt)-\(closesAt) (\(zone.name))" }

    package func isOpen(at moment: Timestamp) -> Bool {
        let time = zone.timeOfDay(at: moment)
        return opensAt.minutes < closesAt.minutes
            ? opensAt.seconds <= time && time < closesAt.seconds
            : opensAt.seconds <= time || time < closesAt.seconds
    }

    /// When it opens next, where it is closed at `moment`, or closes, where it is open.
    package func nextChange(after moment: Timestamp) -> Timestamp {
        let isOpen = isOpen(at: moment)
        let boundary = isOpen ? closesAt.seconds : opensAt.seconds
        var from = moment
        for _ in 0..<Self.daysMax {
            let wait = (boundary - zone.timeOfDay(at: from)).modulo(TimeOfDay.dayInSeconds)
            let candidate = Timestamp(wholeSeconds: from.wholeSeconds + wait)
            guard let change = zone.change(between: from, and: candidate) else { return candidate }
            // From here on the clocks show something else, which may be on the other side.
            if self.isOpen(at: change) != isOpen { return change }
            from = change
        }
        return from
    }

    /// More changes of the clocks in a row than there are anywhere.
    private static let daysMax = 16
}
