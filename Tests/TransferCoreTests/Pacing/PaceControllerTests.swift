import TestSupport
import Testing
import TransferCore

struct PaceControllerTests {
    @Test func `waits as long as the service asks for`() {
        var pace = PaceController(.fixed(rate: 100, burst: 100), at: .start)
        let (_, ticket) = pace.admit(at: .start)
        pace.throttled(ticket, retryAfter: .seconds(7), at: .start)
        let later = Instant.start.advanced(by: .seconds(7))
        let early = pace.admit(at: .start).admission
        let due = pace.admit(at: later).admission
        #expect(early == .at(later))
        #expect(due == .now)
    }

    @Test func `takes the refusals of one cohort as one signal`() {
        var pace = PaceController(.fixed(rate: 1000, burst: 1000), at: .start)
        let tickets = (0..<10).map { _ in pace.admit(at: .start).ticket }
        for (index, ticket) in tickets.enumerated() {
            let now = Instant(nanoseconds: Int64(index + 1) * 1_000_000)
            pace.throttled(ticket, retryAfter: nil, at: now)
        }
        let paused = Instant(nanoseconds: 1_000_000).advanced(by: .milliseconds(250))
        let admission = pace.admit(at: Instant(nanoseconds: 20_000_000)).admission
        #expect(admission == .at(paused))
    }

    @Test func `goes on at another pace, without a new burst`() {
        var pace = PaceController(.fixed(rate: 1, burst: 1), at: .start)
        _ = pace.admit(at: .start)
        pace.change(to: .fixed(rate: 100, burst: 100), at: .start)
        let next = pace.admit(at: .start).admission
        guard case .at(let moment) = next else {
            Issue.record("a second call was admitted at once")
            return
        }
        #expect(pace.rate == 100)
        #expect(abs(moment.seconds - 0.01) < 0.001)
    }

    @Test func `goes on from the quota that it found, after it was told one`() {
        var pace = PaceController(.auto(rate: 2, burst: 5), at: .start)
        var bucket = TokenBucket(rate: 20, capacity: 30, at: .start)
        var now = Instant.start
        while pace.found == nil, now < .start.advanced(by: .seconds(600)) {
            let (admission, ticket) = pace.admit(at: now)
            if case .at(let moment) = admission {
                now = moment
            } else if bucket.take(at: now) == .now {
                pace.admitted(ticket, at: now)
            } else {
                pace.throttled(ticket, retryAfter: nil, at: now)
            }
        }
        pace.change(to: .fixed(rate: 1, burst: 1), at: now)
        #expect(pace.rate == 1)
        pace.change(to: .auto(rate: 2, burst: 5), at: now)
        _ = pace.admit(at: now)
        #expect(abs(pace.rate - 20) < 1)
        // Asked again while it is finding out, it goes on as it was.
        let rate = pace.rate
        pace.change(to: .auto(rate: 2, burst: 5), at: now)
        #expect(pace.rate == rate)
    }

    @Test(arguments: [
        (PaceController.Mode.auto(rate: 2, burst: 5), 40.0, 40.0),
        (.auto(rate: 2, burst: 5), 0.5, 0.5),
        // What was measured lately beats what is said, unless less is said.
        (.likely(rate: 20, burst: 0), 40, 20), (.likely(rate: 20, burst: 0), 5, 5),
        (.fixed(rate: 20, burst: 1), 40, 20),
    ])
    func `begins with what it hears of its quota`(
        mode: PaceController.Mode, told: Double, expected: Double
    ) {
        var pace = PaceController(mode, at: .start)
        _ = pace.admit(at: .start)
        let soon = Instant.start.advanced(by: .milliseconds(50))
        pace.hear(of: .init(rate: told, burst: 0), at: soon)
        _ = pace.admit(at: soon)
        #expect(abs(pace.rate - expected) < 0.05 * expected)
    }

    @Test(arguments: [
        // Raised, lowered, and raised where others have half of it.
        (2.0, 8.0, 2.0, 8.0), (8, 2, 8, 2), (8, 40, 4, 20),
        // It had found that by itself already, or knows of a quota that is on no record.
        (2, 8, 8, 8), (8, 2, 2, 2), (2, 3, 40, 40),
    ])
    func `follows a quota that is told anew`(
        before: Double, after: Double, known: Double, expected: Double
    ) {
        var pace = PaceController(.likely(rate: known, burst: 0), at: .start)
        pace.hear(of: .init(rate: before, burst: 0), at: .start)
        pace.change(to: .likely(rate: known, burst: 0), at: .start)
        let (_, ticket) = pace.admit(at: .start)
        let soon = Instant.start.advanced(by: .milliseconds(50))
        pace.throttled(ticket, retryAfter: nil, at: soon)
        pace.hear(of: .init(rate: after, burst: 0), at: soon)
        #expect(abs(pace.steadyRate - expected) < 0.01 * expected, "\(pace.steadyRate)")
    }

    @Test func `keeps to a rate that it is given, whatever is told`() {
        var pace = PaceController(.fixed(rate: 1, burst: 1), at: .start)
        pace.hear(of: .init(rate: 2, burst: 0), at: .start)
        pace.hear(of: .init(rate: 8, burst: 0), at: .start)
        #expect(pace.rate == 1)
        pace.change(to: .auto(rate: 2, burst: 5), at: .start)
        #expect(pace.steadyRate == 8)
    }

    @Test func `waits as long as it was asked to, though the quota was raised`() {
        var pace = PaceController(.likely(rate: 2, burst: 0), at: .start)
        pace.hear(of: .init(rate: 2, burst: 0), at: .start)
        let (_, ticket) = pace.admit(at: .start)
        pace.throttled(ticket, retryAfter: .seconds(7), at: .start)
        pace.hear(of: .init(rate: 8, burst: 0), at: .start)
        let admission = pace.admit(at: .start).admission
        #expect(admission == .at(.start.advanced(by: .seconds(7))))
    }

    @Test func `believes its own refusals more than what it hears`() {
        var pace = PaceController(.auto(rate: 2, burst: 5), at: .start)
        let (_, ticket) = pace.admit(at: .start)
        let soon = Instant.start.advanced(by: .milliseconds(50))
        pace.throttled(ticket, retryAfter: nil, at: soon)
        pace.hear(of: .init(rate: 1000, burst: 1500), at: soon)
        _ = pace.admit(at: soon)
        #expect(pace.rate < 20)
    }

    @Test func `leaves room in a quota that it is told, and in one that it finds`() async {
        for mode in [
            PaceController.Mode.fixed(rate: 50, burst: 75), .auto(rate: 2, burst: 5),
            .likely(rate: 50, burst: 75),
        ] {
            var client = PacingSimulation.Client(mode, rows: .max)
            client.headroom = 0.2
            var simulation = PacingSimulation(
                SimulatedQuota(.continuous, rate: 50, burst: 75), clients: [client])
            simulation.end = 560
            let result = await simulation.run(seed: 1)[0]
            let used = Double(result.admitted(from: 60, to: 560)) / (500 * 50)
            #expect(used > 0.77 && used < 0.81, "\(used) used in mode \(mode)")
        }
    }

    @Test func `does not hurry on after a rest`() {
        var pace = PaceController(.likely(rate: 10, burst: 0), at: .start)
        _ = pace.admit(at: .start)
        let morning = Instant.start.advanced(by: .seconds(3600))
        for call in 0..<20 {
            _ = pace.admit(at: morning.advanced(by: .milliseconds(100 * call)))
        }
        #expect(pace.rate < 12)
    }

    @Test func `a bucket admits its burst and then its rate`() {
        var bucket = TokenBucket(rate: 2, capacity: 5, at: .start)
        let burst = (0..<6).map { _ in bucket.take(at: .start) }
        #expect(burst.prefix(5).allSatisfy { $0 == .now })
        guard case .at(let next) = burst[5] else {
            Issue.record("a sixth call was admitted")
            return
        }
        #expect(abs(next.seconds - 0.5) < 0.001)
        let then = bucket.take(at: next)
        #expect(then == .now)
    }
}
