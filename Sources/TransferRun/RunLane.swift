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
    package var likelyQuota: @Sendable () async -> PaceController.Found? = { nil }
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

/// What is found out of a lane beside the run; nil where nobody knows.
enum LaneNews: Sendable {
    /// What the quota of transfers should be.
    case quota(PaceController.Found?)
    /// Under which name its calls are made.
    case caller(String?)
}

extension RunMachine {
    /// Takes what was found out of a lane.
    mutating func hear(_ news: LaneNews, in lane: Int, at now: Instant, wall: Timestamp) {
        switch news {
        case .quota(let quota?):
            hear(of: quota, for: .transferContact, in: lane, at: now)
        case .caller(let caller?):
            batch.announce(RunEvent(at: wall, kind: RunEvent.caller, detail: caller), at: now)
        case .quota(nil), .caller(nil):
            break
        }
    }
}
