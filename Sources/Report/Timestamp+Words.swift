import TransferCore

extension Timestamp {
    /// The day, UTC: `2026-11-22`.
    var day: String { String(iso8601.prefix(10)) }

    /// The time of day, UTC: `20:14:05`, or `20:14`.
    func clock(withSeconds: Bool) -> String {
        String(iso8601.dropFirst(11).prefix(withSeconds ? 8 : 5))
    }

    /// Day and time for people: `2026-11-22 20:14:05`.
    var words: String { "\(day) \(clock(withSeconds: true))" }
}
