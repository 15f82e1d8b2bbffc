import TestSupport
import Testing
import TransferCore
import TransferLedger
import TransferRun

struct PauseTests {
    @Test func `a paused run sends nothing until it is asked to go on`() {
        var night = MachineFixture(rows: 100)
        night.run(until: .seconds(2))
        let before = night.calledAt.count
        #expect(before == 20)
        night.obey(.pause)
        night.run(until: .seconds(3600))
        #expect(night.calledAt.count == before)
        #expect(night.ending == nil)
        #expect(night.machine.progress.pause.askedBy == "anna on ops-1")
        night.obey(.goOn)
        night.run(until: .seconds(3700))
        #expect(night.ending == .finished)
        #expect(night.calledAt.count == 100)
        #expect(night.machine.progress.totals[.transferred] == 100)
    }

    @Test func `a pause and its end are noted at once, and who asked for them`() {
        var night = MachineFixture(rows: 100)
        night.run(until: .seconds(1))
        night.obey(.pause)
        night.obey(.pause)
        night.run(until: .milliseconds(1050))
        #expect(night.state?.pause.askedBy == "anna on ops-1")
        night.obey(.goOn)
        night.run(until: .milliseconds(1200))
        #expect(night.state?.pause == Pause())
        let events = night.events.filter { ["pause", "resume"].contains($0.kind) }
        #expect(events.map(\.kind) == ["pause", "resume"])
        #expect(events.allSatisfy { $0.detail == "asked by anna on ops-1" })
    }

    @Test func `a paused run ends when it is asked to stop`() {
        var night = MachineFixture(rows: 100)
        night.run(until: .seconds(1))
        night.obey(.pause)
        night.run(until: .seconds(60))
        night.end(.interrupted)
        night.run(until: .seconds(61))
        #expect(night.ending == .interrupted)
        #expect(night.calledAt.count == 10)
    }

    @Test func `time in a pause is no time without an answer`() {
        var night = MachineFixture(rows: 100) { $0.unreachableMax = .seconds(120) }
        night.failure = TransferFailure(
            code: "ConnectionRefused", message: "", advice: .retry(mayHaveTakenEffect: false))
        night.run(until: .seconds(60))
        #expect(night.ending == nil)
        night.obey(.pause)
        night.run(until: .seconds(7200))
        night.obey(.goOn)
        night.run(until: .seconds(7200 + 60))
        #expect(night.ending == nil)
        night.run(until: .seconds(7200 + 300))
        #expect(night.ending != nil)
    }

    @Test(arguments: [(23, RowOperation.transferContact), (25, .listAssociatedContacts)])
    func `a row that may have been transferred is not sent blind after a long pause`(
        hours: Int, first: RowOperation
    ) {
        var night = MachineFixture(rows: 1)
        night.failure = TransferFailure(
            code: "HTTP503", message: "", httpStatus: 503,
            advice: .retry(mayHaveTakenEffect: true, retryAfter: .seconds(5)))
        night.run(until: .seconds(1))
        #expect(night.operations == [.transferContact])
        night.obey(.pause)
        night.run(until: .seconds(hours * 3600))
        night.failure = nil
        night.obey(.goOn)
        night.run(until: .seconds(hours * 3600 + 60))
        #expect(night.operations.dropFirst().first == first)
        #expect(night.ending == .finished)
    }

    @Test func `nor is one after a call that took so long, or a service that was down`() {
        var night = MachineFixture(rows: 1)
        let hung = TransferFailure(
            code: "TimedOut", message: "", advice: .retry(mayHaveTakenEffect: true))
        night.answerOfRow = { _ in (hung, .seconds(25 * 3600)) }
        night.run(until: .seconds(3600))
        night.answerOfRow = { _ in nil }
        night.run(until: .seconds(26 * 3600))
        #expect(
            night.operations == [.transferContact, .listAssociatedContacts, .transferContact])
        #expect(night.ending == .finished)
    }

    /// In the pause an agent may have taken it.
    @Test(arguments: [30, 90])
    func `a contact is looked at again whose last look is no longer fresh`(seconds: Int) {
        var night = MachineFixture(rows: 40, .fixed(rate: 1, burst: 1)) { $0.verifies = true }
        night.run(until: .seconds(3))
        night.obey(.pause)
        night.run(until: .seconds(4))
        let before = night.operations.count
        let waiting = night.operations.count { $0 == .describeContact } - night.calledAt.count
        #expect(waiting > 0)
        night.run(until: .seconds(3 + seconds))
        #expect(night.operations.count == before)
        night.obey(.goOn)
        night.run(until: .seconds(200))
        #expect(night.ending == .finished)
        #expect(night.calledAt.count == 40)
        let looks = night.operations.count { $0 == .describeContact }
        #expect(looks == (seconds < 60 ? 40 : 40 + waiting))
        let next = night.operations.dropFirst(before).first
        #expect(next == (seconds < 60 ? .transferContact : .describeContact))
    }

    @Test func `a pace that is asked for is kept from then on`() {
        var night = MachineFixture(rows: 1000, .fixed(rate: 2, burst: 1))
        night.run(until: .seconds(10))
        #expect(night.calledAt.count == 20)
        night.obey(.pace(.fixed(rate: 50, burst: 1)))
        night.run(until: .seconds(11))
        let inSecond = night.calledAt.filter { $0 > .start.advanced(by: .seconds(10)) }.count
        #expect((48...51).contains(inSecond), "\(inSecond)")
        #expect(night.events.contains { $0.kind == "pace" && $0.detail.hasPrefix("50.0 a second") })
    }
}
