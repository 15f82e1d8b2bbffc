/// How far the clocks of one time zone are ahead of UTC: the rules that the core does not hold.
package struct ZoneOffsets: Sendable {
    /// As the time zone database has it: `Europe/Zurich`.
    package let name: String
    private let secondsAhead: @Sendable (Timestamp) -> Int

    /// - Parameter secondsAhead: the seconds that local time is ahead of UTC at a moment.
    package init(name: String, secondsAhead: @escaping @Sendable (Timestamp) -> Int) {
        self.name = name
        self.secondsAhead = secondsAhead
    }

    /// What the zone's clocks show, in seconds since midnight.
    func timeOfDay(at moment: Timestamp) -> Int {
        (moment.wholeSeconds + offset(at: moment)).modulo(TimeOfDay.dayInSeconds)
    }

    /// The moment at which the zone's clocks show a date and time, in seconds since 1970 as if they
    /// showed UTC. Of two it is the first; where clocks skip it, they are as far behind it as it
    /// was skipped.
    func moment(localSeconds: Int) -> Timestamp {
        let day = TimeOfDay.dayInSeconds
        // One of the two is right; where both are, the earlier one is that before the change.
        let candidates = [localSeconds - day, localSeconds + day].map { around in
            localSeconds - offset(at: Timestamp(wholeSeconds: around))
        }
        let shows = candidates.filter {
            $0 + offset(at: Timestamp(wholeSeconds: $0)) == localSeconds
        }
        return Timestamp(wholeSeconds: shows.min() ?? candidates[0])
    }

    /// When the clocks are changed between two moments at most a day apart; nil where they are not.
    ///
    /// No zone changes its clocks and changes them back within a day.
    func change(between a: Timestamp, and b: Timestamp) -> Timestamp? {
        let before = offset(at: a)
        guard offset(at: b) != before else { return nil }
        var (early, late) = (a.wholeSeconds, b.wholeSeconds)
        while late - early > 1 {
            let middle = early + (late - early) / 2
            if offset(at: Timestamp(wholeSeconds: middle)) == before {
                early = middle
            } else {
                late = middle
            }
        }
        return Timestamp(wholeSeconds: late)
    }

    private func offset(at moment: Timestamp) -> Int { secondsAhead(moment) }
}

extension Timestamp {
    /// Seconds since 1970, rounded down.
    var wholeSeconds: Int { (Int(milliseconds) - Int(milliseconds).modulo(1000)) / 1000 }

    init(wholeSeconds: Int) { self.init(milliseconds: Int64(wholeSeconds) * 1000) }
}

extension Int {
    /// What is left after a division that rounds down; never negative.
    func modulo(_ divisor: Int) -> Int {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
