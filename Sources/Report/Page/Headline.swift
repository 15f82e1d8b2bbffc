import TransferCore

/// What became of a job, in words.
struct Headline {
    /// One sentence: did it work, and is anything left to do.
    let sentence: String
    /// `good`, `amiss` or `open`: which colour goes with it.
    let tone: String

    init(_ totals: ControlTotals) {
        tone = totals.amiss > 0 ? "amiss" : totals[.pending] > 0 ? "open" : "good"
        sentence = Self.sentence(totals)
    }

    private static func sentence(_ totals: ControlTotals) -> String {
        let rows = totals.rows
        guard rows > 0 else { return "The input holds no rows: there was nothing to transfer." }
        if totals[.transferred] == rows {
            return rows == 1
                ? "The one contact was transferred."
                : "All \(rows.words) contacts were transferred."
        }
        if totals[.pending] == rows {
            return "Nothing has been transferred yet: \(rows.words("row is", "rows are")) pending."
        }
        let rest = clauses(totals)
        let transferred =
            totals[.transferred] == 0 ? "None of the" : totals[.transferred].words + " of"
        let verb = totals[.transferred] <= 1 ? "was" : "were"
        return "\(transferred) \(rows.words("contact", "contacts")) \(verb) transferred; "
            + rest.joined(separator: ", ") + "."
    }

    /// What became of the others; what a person has to do comes last.
    private static func clauses(_ totals: ControlTotals) -> [String] {
        var clauses: [String] = []
        func add(_ count: Int, _ one: String, _ many: String) {
            if count > 0 { clauses.append("\(count.words) \(count == 1 ? one : many)") }
        }
        add(totals[.skipped], "was skipped", "were skipped")
        add(totals[.pending], "is still pending", "are still pending")
        add(totals.amiss, "needs you", "need you")
        return clauses
    }
}
