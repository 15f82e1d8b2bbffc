import TestSupport
import TransferCore

/// A service with a token bucket and a client that always has a call to make, in simulated time.
struct QuotaSimulation {
    var rate: Double
    var burst: Double
    var latency: Duration = .milliseconds(30)
    var jitter: Duration = .milliseconds(20)
    var concurrency = 64
    /// The rate changes to the second value at the first.
    var step: (at: Duration, rate: Double)?
    var rng = SplitMix64(seed: 1)

    struct Result {
        var wall: Double
        var admitted: Int
        var throttled: Int
        /// When each call was admitted, in seconds.
        var admissions: [Double]

        var throttledShare: Double { Double(throttled) / Double(admitted + throttled) }
    }

    private struct Call {
        var ticket: PaceController.Ticket
        var answeredAt: Instant
        var isThrottled: Bool
    }

    /// Sends until `rows` calls were admitted.
    mutating func run(rows: Int, mode: PaceController.Mode) -> Result {
        var controller = PaceController(mode, at: .start)
        var bucket = TokenBucket(rate: rate, capacity: burst, at: .start)
        var result = Result(wall: 0, admitted: 0, throttled: 0, admissions: [])
        var calls: [Call] = []
        var now = Instant.start
        while result.admitted < rows {
            var nextSend: Instant?
            while calls.count < concurrency {
                let (admission, ticket) = controller.admit(at: now)
                if case .at(let moment) = admission {
                    nextSend = moment
                    break
                }
                if let step, now.seconds >= step.at.seconds, bucket.rate != step.rate {
                    bucket.change(rate: step.rate, capacity: burst, at: now)
                }
                calls.append(serve(ticket, &bucket, at: now))
            }
            let nextAnswer = calls.map(\.answeredAt).min()
            now = [nextSend, nextAnswer].compactMap { $0 }.min() ?? now
            for call in calls where call.answeredAt <= now {
                if call.isThrottled {
                    result.throttled += 1
                    controller.throttled(call.ticket, retryAfter: nil, at: now)
                } else {
                    result.admitted += 1
                    result.admissions.append(now.seconds)
                    controller.admitted(call.ticket, at: now)
                }
            }
            calls.removeAll { $0.answeredAt <= now }
        }
        result.wall = now.seconds
        return result
    }

    private mutating func serve(
        _ ticket: PaceController.Ticket, _ bucket: inout TokenBucket, at now: Instant
    ) -> Call {
        let extra = Int64.random(in: 0...jitter.wholeNanoseconds, using: &rng)
        let half = latency.wholeNanoseconds / 2
        let arrival = now.advanced(by: .nanoseconds(half))
        return Call(
            ticket: ticket, answeredAt: arrival.advanced(by: .nanoseconds(half + extra)),
            isThrottled: bucket.take(at: arrival) != .now)
    }
}
