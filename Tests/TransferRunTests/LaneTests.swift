import Testing
import TransferCore
import TransferLedger
import TransferRun

/// Rows of several accounts and Regions go side by side, each at the pace of its own quota.
@Suite(.timeLimit(.minutes(1))) struct LaneTests {
    private let abroad = Home(validRegion: "eu-west-1", account: "111122223333")

    private func fixture(rows: Int) async throws -> RunFixture {
        // All of one's before the first of the other.
        try await RunFixture(rows: rows) {
            $0 > rows / 2 ? ("f-abroad", "q-abroad") : ("f", "q")
        } home: { [abroad] in
            $0 > rows / 2 ? abroad : nil
        }
    }

    private func lanes(
        _ fixture: RunFixture, _ services: [(ScriptedService, [Home?])],
        pace: [[RowOperation: PaceController.Mode]] = [[:], [:]]
    ) async throws -> [RunLane] {
        let homes = try await fixture.ledger.read { [job = fixture.job] in try $0.homes(of: job) }
        return zip(services, pace).enumerated().map { index, entry in
            let (service, own) = entry.0
            return RunLane(
                service, homes: own,
                pending: homes.filter { own.contains($0.home) }.reduce(0) { $0 + $1.pending },
                pace: entry.1,
                place: QuotaPlace(endpoint: "https://e", region: "r-\(index)"))
        }
    }

    @Test func `each row goes to the service of its own home`() async throws {
        let fixture = try await fixture(rows: 60)
        let (here, there) = (ScriptedService { _, _ in }, ScriptedService { _, _ in })
        let lanes = try await lanes(fixture, [(here, [nil]), (there, [abroad])])
        #expect(lanes.map(\.pending) == [30, 30])
        #expect(try await fixture.run(lanes) == .finished)
        #expect(Set(here.calls.map(\.contact.text)) == Set((1...30).map { "c-\($0)" }))
        #expect(Set(there.calls.map(\.contact.text)) == Set((31...60).map { "c-\($0)" }))
        #expect(try await fixture.totals()[.transferred] == 60)
    }

    @Test func `a service that is down holds up its own rows and no others`() async throws {
        let fixture = try await fixture(rows: 60)
        let down = ScriptedService { _, _ throws(TransferFailure) in
            throw TransferFailure(
                code: "ServiceUnavailable", message: "", httpStatus: 503,
                advice: .retry(mayHaveTakenEffect: false))
        }
        let there = ScriptedService { _, _ in }
        var options = RunFixture.fast
        options.unreachableMax = .seconds(1)
        let ending = try await fixture.run(
            try await lanes(fixture, [(down, [nil]), (there, [abroad])]), options)
        guard case .unreachable = ending else {
            Issue.record("\(ending)")
            return
        }
        let totals = try await fixture.totals()
        #expect(totals[.transferred] == 30)
        #expect(totals[.pending] == 30)
    }

    @Test func `rows of the second are sent before the first has come to its end`() {
        var totals = ControlTotals()
        totals[.pending] = 2000
        var options = RunOptions()
        options.pace[.transferContact] = .fixed(rate: 10, burst: 1)
        var machine = RunMachine(
            options: options, totals: totals, lanes: [(1000, [:]), (1000, [:])], at: .start)
        let claims = machine.next(at: .start, wall: MachineFixture.noon).compactMap { action in
            if case .claim(_, _, let lane) = action { lane } else { nil }
        }
        #expect(claims == [0, 1])
        #expect(machine.progress.rate == 20)
    }

    @Test func `the time left is that of the slower one`() {
        var totals = ControlTotals()
        totals[.pending] = 1100
        var machine = RunMachine(
            options: RunOptions(), totals: totals,
            lanes: [
                (1000, [.transferContact: .fixed(rate: 100, burst: 1)]),
                (100, [.transferContact: .fixed(rate: 1, burst: 1)]),
            ], at: .start)
        _ = machine.next(at: .start, wall: MachineFixture.noon)
        #expect(machine.progress.timeLeft?.work == .seconds(100))
    }
}
