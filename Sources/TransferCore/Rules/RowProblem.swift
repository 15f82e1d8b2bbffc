/// One thing that is wrong with a row, or to be said of it.
package struct RowProblem: Hashable, Sendable {
    package var code: RowCode
    /// The column at fault; nil where it is the row.
    package var column: Column?
    /// A sentence for the operator.
    package var message: String

    package init(_ code: RowCode, _ column: Column?, _ message: String) {
        self.code = code
        self.column = column
        self.message = message
    }
}

/// Everything that is wrong with a row.
package struct RowProblems: Error, Hashable, Sendable {
    package var all: [RowProblem]

    package init(_ all: [RowProblem]) { self.all = all }

    /// All sentences, one after the other.
    package var message: String { all.map(\.message).joined(separator: " ") }
}
