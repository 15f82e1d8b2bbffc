/// Finds the names that may have been meant by one that nothing has.
///
/// An input can have any number of unknown names and an instance thousands of its own, so each name
/// is compared once, and no more names are sought than a person would read of.
package struct NearestNames: Sendable {
    private let candidates: [Candidate]
    private var answers: [String: [String]] = [:]

    private struct Candidate: Sendable {
        var name: String
        var folded: [Unicode.Scalar]
    }

    /// Names offered, at the most.
    private static let offeredMax = 3
    /// Code points compared, at the most: more are no slip.
    private static let scalarsMax = 100
    /// Unknown names for which others are sought: nobody mends more of them one by one.
    package static let soughtMax = 1000

    /// - Parameter names: those that there are.
    package init(_ names: some Sequence<String>) {
        candidates = names.map { Candidate(name: $0, folded: Self.folded($0)) }
    }

    /// Those within a few slips of `name`, the nearest first; case is the smallest of slips.
    ///
    /// None for a name that is the first after ``soughtMax`` others.
    package mutating func of(_ name: String) -> [String] {
        if let known = answers[name] { return known }
        guard answers.count < Self.soughtMax else { return [] }
        let nearest = nearest(to: name)
        answers[name] = nearest
        return nearest
    }

    private func nearest(to name: String) -> [String] {
        let wanted = Self.folded(name)
        let slipsMax = max(2, wanted.count / 3)
        return candidates.compactMap { candidate in
            editDistance(wanted, candidate.folded, atMost: slipsMax).map { (candidate.name, $0) }
        }
        .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        .prefix(Self.offeredMax).map(\.0)
    }

    private static func folded(_ name: String) -> [Unicode.Scalar] {
        Array(name.lowercased().unicodeScalars.prefix(scalarsMax))
    }
}

/// The number of single edits from one text to the other (Levenshtein); nil where it is more than
/// `limit`.
///
/// Only what lies within the limit of the diagonal is looked at: all else is farther.
package func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], atMost limit: Int) -> Int? {
    guard abs(a.count - b.count) <= limit else { return nil }
    let far = limit + 1
    var row = (0...b.count).map { min($0, far) }
    for (index, scalar) in a.enumerated() {
        let first = max(0, index - limit)
        let end = min(b.count, index + limit + 1)
        var diagonal = row[first]
        row[first] = first == 0 ? min(index + 1, far) : far
        var least = row[first]
        for column in first..<max(first, end) {
            let substitution = diagonal + (scalar == b[column] ? 0 : 1)
            diagonal = row[column + 1]
            // What lies right of the band was not written by the row before.
            let above = column - index < limit ? diagonal : far
            row[column + 1] = min(substitution, above + 1, row[column] + 1, far)
            least = min(least, row[column + 1])
        }
        if least > limit { return nil }
    }
    return row[b.count] <= limit ? row[b.count] : nil
}
