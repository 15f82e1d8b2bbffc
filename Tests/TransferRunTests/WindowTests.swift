import Testing
import TransferCore
import TransferLedger
import TransferRun

struct WindowTests {
    /// 2027-01-15T08:00:00Z.
    private let dusk = MachineFixture.noon
    private let utc = ZoneOffsets(name: "UTC") { _ in 0 }

    private func hour(_ instant: Instant) -> Double { 8 + instant.seconds / 3600 }

    @Test func `sends in the window alone, and goes on by itself`() throws {
        let window = try #require(DailyWindow("22:00-06:00", in: utc))
        var night = MachineFixture(rows: 100_000, .fixed(rate: 2, burst: 1)) { $0.window = window }
        night.run(until: .seconds(13 * 3600))
        #expect(night.calledAt.isEmpty)
        #expect(night.machine.progress.pause.opensAt?.iso8601.prefix(16) == "2027-01-15T22:00")
        night.run(until: .seconds(48 * 3600))
        #expect(night.ending == .finished)
        let outside = night.calledAt.filter { (6.0..<22).contains(hour($0).remainder24) }
        #expect(outside.isEmpty)
        // All of the first night is used, at 2 a second.
        let first = night.calledAt.filter { hour($0) < 31 }.count
        #expect((57_595...57_601).contains(first), "\(first)")
        #expect(
            night.events.filter { ["pause", "resume"].contains($0.kind) }.map(\.kind) == [
                "pause", "resume", "pause", "resume",
            ])
    }

    @Test func `drains at the time to stop, also while it waits for its window`() throws {
        var night = MachineFixture(rows: 100_000, .fixed(rate: 2, burst: 1)) {
            $0.stopsAt = dusk - .seconds(-600)
        }
        night.run(until: .seconds(3600))
        #expect(night.ending == .timeIsUp)
        #expect((600..<600.001).contains(night.now.seconds))
        #expect((1199...1201).contains(night.calledAt.count))

        let window = try #require(DailyWindow("22:00-06:00", in: utc))
        var waiting = MachineFixture(rows: 10) {
            $0.window = window
            $0.stopsAt = dusk - .seconds(-600)
        }
        waiting.run(until: .seconds(3600))
        #expect(waiting.ending == .timeIsUp)
        #expect(waiting.calledAt.isEmpty)
    }

    @Test func `to go on does not open the window`() throws {
        let window = try #require(DailyWindow("22:00-06:00", in: utc))
        var night = MachineFixture(rows: 100) { $0.window = window }
        night.run(until: .seconds(1))
        night.obey(.pause)
        night.obey(.goOn)
        night.run(until: .seconds(60))
        #expect(night.calledAt.isEmpty)
        #expect(night.machine.progress.pause.opensAt != nil)
    }
}

extension Double {
    fileprivate var remainder24: Double { truncatingRemainder(dividingBy: 24) }
}
