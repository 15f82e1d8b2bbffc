import TransferCore

/// How many rows may fail or stay uncertain before a run stops (`--max-failures`).
package enum FailureLimit: Sendable, Hashable {
    case rows(Int)
    /// Of the rows that the run ended, once they are ``rowsMin``.
    case percent(Double)

    /// Rows that must have ended before a share of them says anything.
    package static let rowsMin = 100
}

/// The rows that a run ended, and those of them that went amiss.
package struct FailureCount: Sendable, Hashable {
    package private(set) var ended = 0
    package private(set) var failed = 0

    mutating func hear(_ outcome: Outcome) {
        ended += 1
        if outcome == .failed || outcome == .uncertain { failed += 1 }
    }

    func exceeds(_ limit: FailureLimit?) -> Bool {
        switch limit {
        case nil: false
        case .rows(let most): failed > most
        case .percent(let most):
            ended >= FailureLimit.rowsMin && Double(failed) * 100 > most * Double(ended)
        }
    }
}
