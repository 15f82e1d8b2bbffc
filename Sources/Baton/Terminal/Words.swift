import TransferCore
import TransferLedger

extension Int {
    /// With a comma between thousands: `12,345`.
    var grouped: String {
        var text = ""
        for (index, digit) in String(magnitude).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + String(text.reversed())
    }

    /// With the noun it counts: `1 row`, `2 rows`.
    func of(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }
}

extension Double {
    /// With one digit after the point at the most: `49.9`, `2`.
    var short: String {
        let tenths = (self * 10).rounded() / 10
        return Int(exactly: tenths).map { String($0) } ?? String(tenths)
    }
}

extension Duration {
    /// In the two largest units: `16 min 40 s`, `1 h 23 min`.
    var words: String {
        let seconds = Int(self.seconds.rounded(.up))
        return switch seconds {
        case ..<60: "\(max(seconds, 0)) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        default: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        }
    }
}

extension ControlTotals {
    /// All six with their sum: `2,000 rows: 1,940 transferred, 60 failed, …`.
    var words: String {
        let parts = Outcome.allCases.filter { self[$0] > 0 }
            .map { "\(self[$0].grouped) \($0.rawValue)" }
        return "\(rows.of("row")): \(parts.joined(separator: ", "))"
    }
}

extension Pause {
    /// In words, for a line.
    var words: String {
        if let askedBy { return "paused by \(askedBy)" }
        return opensAt.map { "waiting until \($0.toTheSecond)" } ?? ""
    }
}

extension TimeLeft {
    /// In words, for a line: `12 min 5 s left`.
    func words(at now: Timestamp, isPaused: Bool) -> String {
        if let rowsAtStop { return "\(rowsAtStop.of("row")) left at --stop-at" }
        // Nobody knows when somebody else will let it go on.
        if isPaused { return "\(work.words) of work left" }
        return endsAt.map { "\(($0 - now).words) left" } ?? "years left"
    }
}

extension RowDestination {
    /// In words: `queue 1234 "Claims"`.
    var words: String {
        guard kind != .flow else { return "where the flow decides" }
        return [kind.rawValue, id, name?.quoted].compactMap(\.self).joined(separator: " ")
    }
}
