import TransferCore

/// The rows of one account and Region that are asked for, at its own pace.
struct AskingLane: Sendable {
    static let operations: [RowOperation] = [.describeContact, .listAssociatedContacts]

    var queues = CallQueues()
    /// Rows that were fetched and of which nothing was found yet.
    var live = 0
    /// The last row that was fetched.
    private(set) var cursor = 0
    private(set) var isFetching = false
    private(set) var isExhausted = false

    private static let fetchMax = 1024

    init(_ pace: [RowOperation: PaceController.Mode], at now: Instant) {
        for operation in Self.operations {
            let mode = pace[operation] ?? RunOptions.documentedQuotas[operation]
            queues[operation] = CallQueue(
                mode ?? .auto(rate: 2, burst: 5), headroom: 0, at: now)
        }
    }

    /// DescribeContact calls a second that are aimed at.
    var rate: Double { queues[.describeContact]?.pace.rate ?? 0 }

    var found: [RowOperation: PaceController.Found] {
        var found: [RowOperation: PaceController.Found] = [:]
        for operation in Self.operations { found[operation] = queues[operation]?.pace.found }
        return found
    }

    /// Begins to fetch: how many rows; nil where enough are ready or none are left.
    mutating func fetch(concurrency: Int) -> Int? {
        let reserve = min(max(Int(rate), 16), Self.fetchMax)
        let ready = queues[.describeContact]?.count ?? 0
        guard !isFetching, !isExhausted, ready <= reserve / 2,
            live < concurrency + 2 * Self.fetchMax
        else { return nil }
        isFetching = true
        return reserve
    }

    /// Hears which rows were fetched.
    mutating func fetched(last: Int?, count: Int, limit: Int) {
        isFetching = false
        isExhausted = count < limit
        if let last { cursor = last }
    }
}
