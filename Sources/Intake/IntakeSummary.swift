package import TransferCore

/// What an intake found.
package struct IntakeSummary: Hashable, Sendable {
    package var rows = 0
    package private(set) var rejected = 0
    package private(set) var skipped = 0
    /// Rows whose transfer the service would refuse, by a look at their contacts.
    package private(set) var failed = 0
    /// What there is to say, by code: rejected rows first, then the most frequent.
    package var findings: [Finding] { all.sorted { $0.comesBefore($1) } }

    /// What there is to say of the header: sentences.
    package internal(set) var headerNotices: [String] = []

    private var all: [Finding] = []

    package init() {}

    /// Rows that can be transferred.
    package var valid: Int { rows - rejected - skipped - failed }

    /// One kind of problem or notice, and where it was first seen.
    package struct Finding: Hashable, Sendable {
        package var code: RowCode
        /// What it makes of a row; nil where it is only said.
        package var outcome: Outcome?
        /// Rows that it was found in.
        package var count: Int
        fileprivate var lastRow = 0
        package var examples: [Example]

        fileprivate func comesBefore(_ other: Finding) -> Bool {
            let ranks: [Outcome?] = [.rejected, .failed, .skipped, nil]
            let rank = { (finding: Finding) in ranks.firstIndex(of: finding.outcome) ?? 0 }
            return (rank(self), other.count, code.rawValue)
                < (rank(other), count, other.code.rawValue)
        }
    }

    /// One row with a problem.
    package struct Example: Hashable, Sendable {
        package var row: Int
        package var line: Int
        package var column: Column?
        package var message: String
    }

    /// Examples kept of each kind.
    package static let examplesMax = 3

    /// Counts a row that will not be sent, with all that is to be said of it.
    package mutating func add(
        _ problems: [RowProblem], makes outcome: Outcome, row: Int, line: Int
    ) {
        switch outcome {
        case .rejected: rejected += 1
        case .failed: failed += 1
        default: skipped += 1
        }
        for problem in problems { add(problem, outcome, row, line) }
    }

    /// Counts what is said of a row and changes nothing for it.
    package mutating func add(notices: [RowProblem], row: Int, line: Int) {
        for notice in notices { add(notice, nil, row, line) }
    }

    /// Takes back that a row is skipped for this reason.
    mutating func takeBackSkip(_ code: RowCode, row: Int) {
        skipped -= 1
        guard let index = all.firstIndex(where: { $0.code == code }) else { return }
        all[index].count -= 1
        all[index].examples.removeAll { $0.row == row }
        if all[index].count == 0 { all.remove(at: index) }
    }

    private mutating func add(_ problem: RowProblem, _ outcome: Outcome?, _ row: Int, _ line: Int) {
        let index =
            all.firstIndex { $0.code == problem.code && $0.outcome == outcome } ?? all.count
        if index == all.count {
            all.append(Finding(code: problem.code, outcome: outcome, count: 0, examples: []))
        }
        if all[index].lastRow != row { all[index].count += 1 }
        all[index].lastRow = row
        guard all[index].examples.count < Self.examplesMax else { return }
        all[index].examples.append(
            Example(row: row, line: line, column: problem.column, message: problem.message))
    }
}
