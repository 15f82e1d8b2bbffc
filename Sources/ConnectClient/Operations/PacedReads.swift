import Synchronization
package import TransferCore

/// Makes the calls outside a run: each operation at its own pace, and again where that may help.
///
/// Calls of one operation, account and Region share a pace, from whichever task they come. The pace
/// is the documented quota's and not searched for: a list of a few pages ends before a search would.
package final class PacedReads: Sendable {
    private struct Bucket: Hashable {
        var operation: Operation
        var owner: QuotaOwner
    }

    private let quotas: [Operation: Quota]
    private let policy: RetryPolicy
    private let paces = Mutex<[Bucket: PaceController]>([:])
    private let clock = ContinuousClock()
    private let startedAt: ContinuousClock.Instant

    /// - Parameter quotas: those that are known to differ from the documented ones.
    package init(quotas: [Operation: Quota] = [:], policy: RetryPolicy = RetryPolicy()) {
        self.quotas = quotas
        self.policy = policy
        startedAt = clock.now
    }

    /// Makes a call when the quota has room, and again after a passing fault.
    ///
    /// - Throws: the last failure where the call was refused for good, or too often.
    @discardableResult
    package func read<Value: Sendable>(
        _ operation: Operation, of owner: QuotaOwner,
        _ call: () async throws(TransferFailure) -> Value
    ) async throws(TransferFailure) -> Value {
        let bucket = Bucket(operation: operation, owner: owner)
        var attempts = CallAttempts(policy)
        var rng = SystemRandomNumberGenerator()
        while true {
            let ticket = try await admission(to: bucket)
            do throws(TransferFailure) {
                let value = try await call()
                hear(nil, of: ticket, in: bucket)
                return value
            } catch {
                hear(error, of: ticket, in: bucket)
                guard case .again(let wait) = attempts.failed(error, using: &rng) else {
                    throw error
                }
                try await sleep(until: now.advanced(by: wait))
            }
        }
    }

    /// Waits until the quota has room for a call, which must then be made.
    private func admission(
        to bucket: Bucket
    ) async throws(TransferFailure) -> PaceController.Ticket {
        while true {
            let (admission, ticket) = withPace(of: bucket) { $0.admit(at: $1) }
            switch admission {
            case .now: return ticket
            case .at(let moment): try await sleep(until: moment)
            }
        }
    }

    private func hear(
        _ failure: TransferFailure?, of ticket: PaceController.Ticket, in bucket: Bucket
    ) {
        withPace(of: bucket) { pace, now in
            if case .throttled(let retryAfter) = failure?.advice {
                pace.throttled(ticket, retryAfter: retryAfter, at: now)
            } else {
                pace.admitted(ticket, at: now)
            }
        }
    }

    private func withPace<Result>(
        of bucket: Bucket, _ body: (inout PaceController, Instant) -> Result
    ) -> Result {
        paces.withLock { paces in
            let now = now
            let quota = quotas[bucket.operation] ?? bucket.operation.documentedQuota
            let mode = PaceController.Mode.fixed(rate: quota.ratePerSecond, burst: quota.burst)
            return body(&paces[bucket, default: PaceController(mode, at: now)], now)
        }
    }

    private var now: Instant {
        Instant(nanoseconds: startedAt.duration(to: clock.now).wholeNanoseconds)
    }

    private func sleep(until moment: Instant) async throws(TransferFailure) {
        do {
            try await clock.sleep(until: startedAt.advanced(by: .nanoseconds(moment.nanoseconds)))
        } catch {
            throw TransferFailure(
                code: "Cancelled", message: "The call was cancelled before it was sent.",
                advice: .retry(mayHaveTakenEffect: false))
        }
    }
}
