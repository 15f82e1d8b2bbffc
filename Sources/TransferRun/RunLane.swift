package import TransferCore
package import TransferLedger

/// A service that a run calls: that of one account and Region, and the rows that go there.
package struct RunLane: Sendable {
    package var service: any TransferService
    /// Of the rows that go there; nil for all of the job's.
    package var homes: [Home?]?
    /// Rows that are pending there.
    package var pending: Int
    /// How its quotas are paced, where that is not as the run's options say.
    package var pace: [RowOperation: PaceController.Mode]
    /// Where what is found of its quotas is remembered.
    package var place: QuotaPlace
    /// Finds out, beside the run and up to its end, what the quota of transfers should be.
    package var likelyQuota: @Sendable () async -> QuotaNews = { QuotaNews() }
    /// Finds out beside the run, for the report, under which name its calls are made.
    package var caller: @Sendable () async -> String? = { nil }

    /// - Parameter homes: nil where all of the job's rows go there.
    package init(
        _ service: any TransferService, homes: [Home?]?, pending: Int,
        pace: [RowOperation: PaceController.Mode] = [:], place: QuotaPlace
    ) {
        self.service = service
        self.homes = homes
        self.pending = pending
        self.pace = pace
        self.place = place
    }
}

extension Ledger {
    /// Keeps what was found of the lanes' quotas for the next run.
    func remember(
        _ found: [[RowOperation: PaceController.Found]], of lanes: [RunLane]
    ) async throws {
        for (lane, found) in zip(lanes, found) {
            for (operation, quota) in found {
                try await remember(
                    StoredQuota(rate: quota.rate, burst: quota.burst, foundAt: .now),
                    of: operation, in: lane.place)
            }
        }
    }
}

/// What is said of a quota.
package struct QuotaNews: Sendable {
    /// Nil where nobody knows.
    package var quota: PaceController.Found?
    /// What is new of it, in words; nil where that is nothing.
    package var change: String?
    /// When it is asked for again, since it may be raised or lowered in the night; nil: never.
    package var askedAgainAfter: Duration?

    package init(
        _ quota: PaceController.Found? = nil, change: String? = nil,
        askedAgainAfter: Duration? = nil
    ) {
        self.quota = quota
        self.change = change
        self.askedAgainAfter = askedAgainAfter
    }
}

/// What is found out of a lane beside the run.
enum LaneNews: Sendable {
    /// What the quota of transfers should be.
    case quota(QuotaNews)
    /// Under which name its calls are made; nil where nobody knows.
    case caller(String?)
}

extension RunMachine {
    /// Takes what was found out of a lane.
    mutating func hear(_ news: LaneNews, in lane: Int, at now: Instant, wall: Timestamp) {
        switch news {
        case .quota(let news):
            guard let quota = news.quota else { break }
            if let change = news.change {
                batch.announce(RunEvent(at: wall, kind: RunEvent.quota, detail: change), at: now)
            }
            hear(of: quota, for: .transferContact, in: lane, at: now)
        case .caller(let caller?):
            batch.announce(RunEvent(at: wall, kind: RunEvent.caller, detail: caller), at: now)
        case .caller(nil):
            break
        }
    }
}
