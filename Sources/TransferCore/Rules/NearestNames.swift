/// Finds the names that may have been meant by one that nothing has.
package enum NearestNames {
    /// Names offered, at the most.
    private static let offeredMax = 3
    /// Characters compared, at the most: more are no slip.
    private static let charactersMax = 100

    /// Those within a few slips of `name`, the nearest first; case is the smallest of slips.
    package static func of(_ name: String, in names: some Collection<String>) -> [String] {
        let wanted = String(name.lowercased().prefix(charactersMax))
        let slipsMax = max(2, wanted.count / 3)
        return names.compactMap { candidate -> (name: String, slips: Int)? in
            let other = String(candidate.lowercased().prefix(charactersMax))
            guard abs(other.count - wanted.count) <= slipsMax else { return nil }
            let slips = editDistance(wanted, other)
            return slips <= slipsMax ? (candidate, slips) : nil
        }
        .sorted { ($0.slips, $0.name) < ($1.slips, $1.name) }
        .prefix(offeredMax).map(\.name)
    }
}
