import TransferCore

/// The rows of one account and Region, which are worked on beside those of others, each at its own
/// pace.
struct Lane: Sendable {
    var queues = CallQueues()
    /// Rows without an outcome, claimed or not.
    var pending: Int
    /// Rows that are claimed and have no outcome yet.
    var live = 0
    /// The last row that was claimed.
    private(set) var cursor = 0
    private(set) var isClaiming = false
    private(set) var isExhausted = false

    /// Rows claimed at once, at the most: also those in doubt after a crash. A flush of the disk takes
    /// 1 to 10 ms: with 256 at once a run without a quota waited for claims and commits.
    private static let claimMax = 1024

    init(
        _ pace: [RowOperation: PaceController.Mode], headroom: Double, pending: Int, at now: Instant
    ) {
        self.pending = pending
        for operation in RowOperation.allCases {
            let mode = pace[operation] ?? RunOptions.documentedQuotas[operation]
            queues[operation] = CallQueue(
                mode ?? .auto(rate: 2, burst: 5), headroom: headroom, at: now)
        }
    }

    /// What the quotas were found to be so far.
    var found: [RowOperation: PaceController.Found] {
        var found: [RowOperation: PaceController.Found] = [:]
        for operation in RowOperation.allCases { found[operation] = queues[operation]?.pace.found }
        return found
    }

    /// Begins to claim: how many rows; nil where enough are ready or none are left.
    ///
    /// About a second's worth of rows are held ready: enough never to wait for the disk, few enough
    /// that a crash leaves few in doubt.
    mutating func claim(concurrency: Int) -> Int? {
        let reserve = min(max(Int(queues.transferAim.rate), 4), Self.claimMax)
        guard !isClaiming, !isExhausted, queues.readyCount <= reserve / 2,
            live < concurrency + 2 * Self.claimMax
        else { return nil }
        isClaiming = true
        return reserve
    }

    /// Hears which rows were claimed.
    mutating func claimed(last: Int?, count: Int, limit: Int) {
        isClaiming = false
        isExhausted = count < limit
        if let last { cursor = last }
        live += count
    }
}
