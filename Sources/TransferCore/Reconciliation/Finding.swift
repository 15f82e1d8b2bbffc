/// What Amazon Connect says of a row when it is asked later.
package enum Finding: String, Hashable, Sendable, CaseIterable {
    /// The contact is at the row's destination.
    case landed
    /// It was at its destination, and has been transferred on since.
    case movedOn
    /// It was at its destination, and has ended since.
    case ended
    /// It was not transferred: it is where it was, or has ended there.
    case notTransferred
    /// The transfer was accepted, and the contact is not at its destination and never was.
    case notLanded
    /// The ledger does not say so, but this row's own transfer did take effect.
    case transferredAfterAll
    /// The row did not move its contact, and somebody else did.
    case movedByOthers
    /// The service knows no such contact.
    case notFound
    /// The service could not be asked, or what it said does not tell.
    case unknown
    /// There is nothing to ask for: the row has no contact, or another row asks for the same one.
    case notAsked

    /// Whether the service agrees with what the ledger says of the row.
    package func agrees(with outcome: Outcome) -> Bool {
        switch self {
        case .landed, .movedOn, .ended, .notAsked: true
        // An uncertain row says that nobody knows, and now somebody does.
        case .notTransferred: outcome != .transferred && outcome != .uncertain
        case .notLanded, .transferredAfterAll, .movedByOthers, .notFound, .unknown: false
        }
    }

    /// What the service has done with the row, by this finding.
    package var side: ServiceSide {
        switch self {
        case .landed, .movedOn, .ended, .notLanded, .transferredAfterAll: .transferred
        case .notTransferred, .movedByOthers: .notTransferred
        case .notFound, .unknown: .untold
        case .notAsked: .notAsked
        }
    }
}

/// What became of a row by the service's own word: one of the three sides of the control totals.
package enum ServiceSide: String, Hashable, Sendable, CaseIterable {
    case transferred
    case notTransferred
    /// It could not be asked, knows no such contact, or its word does not tell.
    case untold
    case notAsked
}

/// How many rows of each outcome were found how. They add up to the rows that were looked into.
package struct FindingTotals: Hashable, Sendable {
    private struct Cell: Hashable {
        var outcome: Outcome
        var finding: Finding
    }

    /// Without the zeros, so that equal totals are equal values.
    private var counts: [Cell: Int] = [:]

    package init() {}

    /// Rows with this outcome of which this was found; 0 where there is none.
    package subscript(outcome: Outcome, finding: Finding) -> Int {
        get { counts[Cell(outcome: outcome, finding: finding), default: 0] }
        set { counts[Cell(outcome: outcome, finding: finding)] = newValue == 0 ? nil : newValue }
    }

    /// Rows of which this was found, whatever their outcome.
    package subscript(finding: Finding) -> Int { sum { $0.finding == finding } }
    /// Rows that have this outcome, whatever was found.
    package subscript(outcome: Outcome) -> Int { sum { $0.outcome == outcome } }
    /// Rows of which the service says this.
    package subscript(side: ServiceSide) -> Int { sum { $0.finding.side == side } }
    /// All rows that were looked into.
    package var rows: Int { sum { _ in true } }
    /// Rows of which the service says what the ledger says, or that there was nothing to ask for.
    package var matched: Int { sum { $0.finding.agrees(with: $0.outcome) } }
    /// Rows that need a person.
    package var exceptions: Int { rows - matched }

    private func sum(where isCounted: (Cell) -> Bool) -> Int {
        counts.reduce(0) { isCounted($1.key) ? $0 + $1.value : $0 }
    }
}
