import TransferCore
import TransferLedger

/// A row that is being asked for.
struct AskedRow: Sendable {
    let claim: Claim
    let lane: Int
    var inquiry: Inquiry
    /// The contact that the next call is for.
    var contact: ContactID?
    /// Of the call under way: failures that may have reached the service, and those that cannot.
    private var failures = 0
    private var unsent = 0

    init(_ row: ClaimRow, policy: RetryPolicy, lane: Int) {
        claim = row.claim
        self.lane = lane
        inquiry = Inquiry(row.claim, policy: policy)
    }

    /// How long to wait after a failure; nil where it is given up.
    mutating func backOff(
        mayHaveArrived: Bool, _ retryAfter: Duration?, policy: RetryPolicy
    ) -> RowLife.Wait? {
        if mayHaveArrived { failures += 1 } else { unsent += 1 }
        guard failures < policy.attemptsMax, unsent < policy.unsentMax else { return nil }
        return .backoff(failures: failures + unsent, atLeast: retryAfter ?? .zero)
    }

    mutating func moveOn() {
        failures = 0
        unsent = 0
    }
}
