import TransferCore
import TransferLedger

/// Where in the input the first rows of each cause stand.
struct CauseLines {
    private struct Cause: Hashable {
        var outcome: Outcome
        var code: String
    }

    private var lines: [Cause: [Int]] = [:]

    /// Lines for a cause.
    private static let linesMax = 5
    /// More codes than the service has; one that is not ours may make up others.
    private static let causesMax = 200

    /// Takes a row.
    mutating func add(_ row: RowRecord) {
        guard let code = row.code else { return }
        let cause = Cause(outcome: row.outcome, code: code)
        guard let known = lines[cause] else {
            if lines.count < Self.causesMax { lines[cause] = [row.line] }
            return
        }
        if known.count < Self.linesMax { lines[cause]?.append(row.line) }
    }

    /// The first lines of a cause, in order.
    subscript(outcome: Outcome, code: String) -> [Int] {
        lines[Cause(outcome: outcome, code: code)] ?? []
    }
}
