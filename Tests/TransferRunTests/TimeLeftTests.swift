import Testing
import TransferCore
import TransferLedger
import TransferRun

/// That the time left is honest: what is said is held against what it then takes.
struct TimeLeftTests {
    private let utc = ZoneOffsets(name: "UTC") { _ in 0 }

    /// By how much what is said is wrong at most, from one share of the rows to the next to last.
    private func worstError(
        _ night: MachineFixture, from share: Double = 0.05, step: Duration = .seconds(1)
    ) -> Double {
        var night = night
        var said: [(at: Timestamp, endsAt: Timestamp)] = []
        while night.ending == nil {
            night.run(until: Instant.start.duration(to: night.now) + step)
            let totals = night.machine.progress.totals
            let done = Double(totals.done) / Double(totals.rows)
            guard done >= share, done < 0.9, night.machine.progress.isRateKnown else { continue }
            said.append((night.wall, night.machine.progress.timeLeft?.endsAt ?? night.wall))
        }
        let end = night.wall
        return said.map { abs(($0.endsAt - end).seconds) / (end - $0.at).seconds }.max() ?? 1
    }

    @Test(arguments: [(2.0, 5.0), (10, 15), (50, 75), (500, 1000)])
    func `is right within 5 % once 5 % of the rows are done, whatever the burst brought`(
        rate: Double, burst: Double
    ) {
        let step = Duration.milliseconds(Int64(4000 / rate))
        let night = MachineFixture(
            // So many that 5 % are more than the burst.
            rows: max(2000, Int(burst) * 30), .fixed(rate: rate, burst: burst))
        let error = worstError(night, step: step)
        #expect(error < 0.05, "\(error)")
    }

    @Test(arguments: [(2.0, 5.0), (10, 15), (50, 75)])
    func `is right within 5 % once the quota is found and 5 % of the rows are done`(
        rate: Double, burst: Double
    ) {
        let night = MachineFixture(rows: 2000, .auto(rate: 2, burst: 5))
            .slowed(by: .milliseconds(40)).limited(rate: rate, burst: burst)
        let error = worstError(night, step: .milliseconds(Int64(4000 / rate)))
        #expect(error < 0.05, "\(error)")
    }

    @Test func `is that of the operation that takes longest`() {
        let night = MachineFixture(rows: 2000, .fixed(rate: 50, burst: 75)) {
            $0.verifies = true
            $0.pace[.describeContact] = .fixed(rate: 10, burst: 15)
        }
        let error = worstError(night)
        #expect(error < 0.05, "\(error)")
    }

    @Test func `is measured where something else than the quota holds the run up`() {
        // Two calls at a time, of 500 ms each.
        let night = MachineFixture(rows: 1000, .fixed(rate: 100, burst: 1)) { $0.concurrency = 2 }
            .slowed(by: .milliseconds(500))
        let error = worstError(night)
        #expect(error < 0.05, "\(error)")
    }

    @Test func `counts the hours in which the window is closed`() throws {
        let window = try #require(DailyWindow("22:00-06:00", in: utc))
        let night = MachineFixture(rows: 5000, .fixed(rate: 0.1, burst: 1)) { $0.window = window }
        let error = worstError(night, step: .seconds(600))
        #expect(error < 0.05, "\(error)")
    }

    @Test func `follows a pace that is changed`() {
        var night = MachineFixture(rows: 3000, .fixed(rate: 5, burst: 1))
        night.run(until: .seconds(100))
        night.obey(.pace(.fixed(rate: 20, burst: 1)))
        night.run(until: .seconds(103))
        let left = night.machine.progress.timeLeft?.work.seconds ?? 0
        let right = Double(night.machine.progress.totals[.pending]) / 20
        #expect(abs(left - right) < 0.05 * right, "\(left) s for \(right) s")
    }

    @Test func `says how many rows are to go when the time to stop comes`() {
        var night = MachineFixture(rows: 2000, .fixed(rate: 10, burst: 1)) {
            $0.stopsAt = MachineFixture.noon - .seconds(-100)
        }
        night.run(until: .seconds(20))
        let said = night.machine.progress.timeLeft?.rowsAtStop ?? 0
        night.run(until: .seconds(200))
        let left = night.machine.progress.totals[.pending]
        #expect(night.ending == .timeIsUp)
        #expect(abs(said - left) < 50, "\(said) said, \(left) left")
    }

    @Test func `a pause is not taken for slowness`() {
        var night = MachineFixture(rows: 2000, .fixed(rate: 10, burst: 1))
        night.run(until: .seconds(50))
        night.obey(.pause)
        night.run(until: .seconds(1050))
        night.obey(.goOn)
        night.run(until: .seconds(1060))
        let left = night.machine.progress.timeLeft?.work.seconds ?? 0
        #expect(abs(left - 140) < 7, "\(left)")
    }
}
