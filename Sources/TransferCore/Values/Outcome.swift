/// What became of a row. Control totals always add up: a job's rows = the sum of the six.
package enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// Accepted by the service: a 200 with the new contact's id, or proof from a look-up.
    case transferred
    /// A permanent refusal.
    case failed
    /// Nothing to do: already there, or the guard did not hold.
    case skipped
    /// The row itself is invalid.
    case rejected
    /// The call may or may not have taken effect, and a look-up could not tell.
    case uncertain
    /// Not done yet.
    case pending
}

/// How many rows of a job have each outcome.
package struct ControlTotals: Hashable, Sendable {
    /// Without the zeros, so that equal totals are equal values.
    private var counts: [Outcome: Int] = [:]

    package init() {}

    /// Rows with this outcome; 0 where there is none.
    package subscript(outcome: Outcome) -> Int {
        get { counts[outcome, default: 0] }
        set { counts[outcome] = newValue == 0 ? nil : newValue }
    }

    /// All rows: the sum of the six.
    package var rows: Int { counts.values.reduce(0, +) }
    /// Rows with an outcome: all but the pending ones.
    package var done: Int { rows - self[.pending] }
    /// Rows that need a person: failed, rejected and uncertain.
    package var amiss: Int { self[.failed] + self[.rejected] + self[.uncertain] }
}
