import TestSupport
import Testing
import TransferCore
import TransferLedger
import TransferRun

/// A service that is down is told from rows that fail.
@Suite(.timeLimit(.minutes(1))) struct ServiceWatchTests {
    private static let busy = TransferFailure(
        code: "ServiceUnavailable", message: "", httpStatus: 503,
        advice: .retry(mayHaveTakenEffect: true))
    private static let refused = TransferFailure(
        code: "ConnectionRefused", message: "", advice: .retry(mayHaveTakenEffect: false))

    private func isDuring(_ seconds: Range<Double>, _ now: Instant) -> Bool {
        seconds.contains(now.seconds)
    }

    @Test(arguments: [busy, refused])
    func `an hour of faults costs a call in ten seconds, and no row its attempts`(
        fault: TransferFailure
    ) {
        var night = MachineFixture(rows: 1000, .fixed(rate: 20, burst: 1)) {
            $0.unreachableMax = .seconds(7200)
        }
        .slowed(by: .milliseconds(50))
        night.fault = { isDuring(10..<3610, $1) ? fault : nil }
        night.run(until: .seconds(3600))
        let during = night.calledAt.filter { isDuring(10..<3610, $0) }.count
        #expect((300...450).contains(during))
        night.run(until: .seconds(4000))
        #expect(night.ending == .finished)
        #expect(night.outcomes.values.filter { $0 == .transferred }.count == 1000)
    }

    @Test func `calls that were under way together count as one signal`() {
        var night = MachineFixture(rows: 60, .fixed(rate: 1000, burst: 60)).slowed(by: .seconds(1))
        // The first answers, after a second, open the way for the others, which all leave at once.
        night.fault = { isDuring(0.5..<1.5, $1) ? Self.busy : nil }
        night.run(until: .milliseconds(1999))
        #expect(night.calledAt.count == 60)
        // Each is tried again as a row is, and none waits for one call that asks for all.
        night.run(until: .milliseconds(2300))
        #expect(night.calledAt.count == 112)
        night.run(until: .seconds(4))
        #expect(night.ending == .finished)
        #expect(night.calledAt.count == 112)
    }

    /// Whichever row asks when the operation goes down.
    @Test(arguments: 200...215)
    func `a row that meets a fault each time does not keep a service down that is back`(row: Int) {
        var night = MachineFixture(rows: 400, .fixed(rate: 20, burst: 1))
            .slowed(by: .milliseconds(50))
        night.fault = { call, now in
            let isOwn = call.operation == .transferContact && call.row == row
            return isOwn || isDuring(10..<100, now) ? Self.busy : nil
        }
        night.run(until: .seconds(150))
        #expect(night.outcomes.values.count { $0 == .transferred } == 399)
    }

    @Test func `rows that meet a fault each time do not hold the last hour of a run up`() {
        var night = MachineFixture(rows: 1000, .fixed(rate: 100, burst: 1))
            .slowed(by: .milliseconds(20))
        night.fault = { call, _ in
            call.operation == .transferContact && call.row % 50 == 0 ? Self.busy : nil
        }
        night.run(until: .seconds(300))
        #expect(night.ending == .finished)
        #expect(night.outcomes.values.filter { $0 == .transferred }.count == 980)
        #expect(night.outcomes.filter { $0.value == .uncertain }.keys.allSatisfy { $0 % 50 == 0 })
    }

    @Test func `four rows that meet nothing else come to their end`() {
        var night = MachineFixture(rows: 4, .fixed(rate: 100, burst: 1))
        night.fault = { call, _ in call.operation == .transferContact ? Self.busy : nil }
        night.run(until: .seconds(300))
        #expect(night.ending == .finished)
        #expect(night.outcomes == [1: .uncertain, 2: .uncertain, 3: .uncertain, 4: .uncertain])
    }

    @Test func `transfers that are down wait, though looks at contacts are answered`() {
        var night = MachineFixture(rows: 100, .fixed(rate: 10, burst: 1)) { $0.verifies = true }
        night.fault = { call, now in
            call.operation == .transferContact && isDuring(0..<600, now) ? Self.busy : nil
        }
        night.run(until: .seconds(600))
        #expect(night.calledAt.count < 100)
        #expect(night.outcomes.isEmpty)
        night.run(until: .seconds(700))
        #expect(night.outcomes.values.filter { $0 == .transferred }.count == 100)
    }

    @Test func `a run gives up once all calls have met a fault for as long as it may wait`() {
        var night = MachineFixture(rows: 100) { $0.unreachableMax = .seconds(120) }
        night.fault = { isDuring(5..<1e9, $1) ? Self.refused : nil }
        night.run(until: .seconds(120))
        #expect(night.ending == nil)
        night.run(until: .seconds(140))
        #expect(night.ending == .unreachable(Self.refused))
        #expect(night.outcomes.count == 50)
    }

    @Test func `a single fault is no reason to give up, however short the wait`() {
        var night = MachineFixture(rows: 100) { $0.unreachableMax = .zero }
        night.fault = { isDuring(5..<5.1, $1) ? Self.busy : nil }
        night.run(until: .seconds(60))
        #expect(night.ending == .finished)
        #expect(night.outcomes.values.filter { $0 == .transferred }.count == 100)
    }
}
