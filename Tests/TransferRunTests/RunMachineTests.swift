import TestSupport
import Testing
import TransferCore
import TransferLedger
import TransferRun

struct RunMachineTests {
    private let noon = Timestamp(milliseconds: 1_800_000_000_000)

    private func claimedRow(_ row: Int) -> ClaimedRow {
        ClaimedRow(
            row: row, line: row + 1,
            request: TransferRequest(
                instance: InstanceID(valid: "i"), contact: ContactID(valid: "c-\(row)"),
                // A flow of its own: no row is held back by what becomes of another.
                flow: ContactFlowID(valid: "f-\(row)"), destination: .flowDecides,
                token: ClientToken(valid: "t-\(row)")))
    }

    private func calls(_ actions: [RunMachine.Action]) -> [RowCall] {
        actions.compactMap { if case .call(let call) = $0 { call } else { nil } }
    }

    private func claims(_ actions: [RunMachine.Action]) -> Bool {
        actions.contains { if case .claim = $0 { true } else { false } }
    }

    /// A machine whose first rows, 1 and on, were claimed at the start.
    private func machine(_ mode: PaceController.Mode, rows: Int, limit: Int) -> RunMachine {
        var totals = ControlTotals()
        totals[.pending] = rows
        var options = RunOptions()
        options.pace[.transferContact] = mode
        var machine = RunMachine(options: options, totals: totals, at: .start)
        _ = machine.next(at: .start, wall: noon)
        machine.claimed((1...rows).map(claimedRow), limit: limit, at: .start, wall: noon)
        return machine
    }

    /// The answer to a transfer, at once.
    private func answer(to call: RowCall, _ failure: TransferFailure? = nil) -> CallAnswer {
        let accepted = AcceptedTransfer(newContact: ContactID(valid: "n-\(call.row)"))
        return CallAnswer(
            call: call,
            value: .transfer(
                failure.map { .failure($0) } ?? .success(Answer(accepted, requestID: "r"))),
            startedAt: noon, finishedAt: noon,
            duration: .zero)
    }

    @Test func `an outcome is committed within 50 ms, however long the next call waits`() {
        var rng = SplitMix64(seed: 1)
        var machine = machine(.fixed(rate: 0.1, burst: 1), rows: 2, limit: 4)
        for call in calls(machine.next(at: .start, wall: noon)) {
            machine.answered(answer(to: call), at: .start, using: &rng)
        }
        let due = Instant.start.advanced(by: .milliseconds(50))
        let wakes = machine.next(at: .start, wall: noon).compactMap {
            if case .wake(let moment) = $0 { moment } else { nil }
        }
        #expect(wakes == [due])
        let commits = machine.next(at: due, wall: noon).compactMap {
            if case .commit(let batch) = $0 { batch } else { nil }
        }
        #expect(commits.map { $0.outcomes.map(\.row) } == [[1]])
        #expect(machine.progress.totals[.transferred] == 0)
        commits.forEach { machine.committed($0) }
        #expect(machine.progress.totals[.transferred] == 1)
        #expect(machine.progress.totals[.pending] == 1)
    }

    @Test func `goes on claiming while rows wait for look-ups`() {
        var rng = SplitMix64(seed: 1)
        var totals = ControlTotals()
        totals[.pending] = 1000
        var options = RunOptions()
        options.concurrency = 200
        options.pace[.transferContact] = .fixed(rate: 100, burst: 42)
        options.pace[.listAssociatedContacts] = .fixed(rate: 1, burst: 1)
        var machine = RunMachine(options: options, totals: totals, at: .start)
        #expect(claims(machine.next(at: .start, wall: noon)))
        machine.claimed((1...100).map(claimedRow), limit: 100, at: .start, wall: noon)
        let sent = calls(machine.next(at: .start, wall: noon))
        #expect(sent.count == 40)
        for call in sent {
            machine.answered(answer(to: call, .conflict), at: .start, using: &rng)
        }
        // Half of the reserve is sent, and all but one of the look-ups are still to come.
        let later = Instant.start.advanced(by: .milliseconds(201))
        #expect(claims(machine.next(at: later, wall: noon)))
    }

    @Test func `makes no call before the moment that the service asked to wait for`() {
        var rng = SplitMix64(seed: 1)
        for mode in [
            PaceController.Mode.fixed(rate: 100, burst: 12), .auto(rate: 100, burst: 10),
        ] {
            var machine = machine(mode, rows: 100, limit: 100)
            let sent = calls(machine.next(at: .start, wall: noon))
            #expect(sent.count == 10)
            let refusal = TransferFailure(
                code: "ThrottlingException", message: "", httpStatus: 429,
                advice: .throttled(retryAfter: .seconds(7)))
            machine.answered(answer(to: sent[0], refusal), at: .start, using: &rng)
            let before = Instant.start.advanced(by: .milliseconds(6999))
            #expect(calls(machine.next(at: before, wall: noon)).isEmpty)
            let after = Instant.start.advanced(by: .milliseconds(7000))
            // The refused row comes first, with the token that it had.
            let next = calls(machine.next(at: after, wall: noon))
            #expect(next.first?.row == sent[0].row)
            #expect(next.first?.request.token == sent[0].request.token)
        }
    }

    @Test(arguments: [(500.0, 1), (500, 2), (2000, 2)])
    func `has as many calls under way as the rate takes, however long answers take`(
        rate: Double, seconds: Int
    ) {
        let fixture = MachineFixture(rows: 1_000_000, .fixed(rate: rate, burst: rate)) {
            $0.concurrency = 4096
        }
        var slow = fixture.slowed(by: .seconds(seconds))
        slow.run(until: .seconds(10))
        let before = slow.calledAt.count
        slow.run(until: .seconds(20))
        #expect(Double(slow.calledAt.count - before) > 0.99 * 10 * rate)
    }

    @Test func `has no more calls under way than are allowed`() {
        let fixture = MachineFixture(rows: 1_000_000, .fixed(rate: 500, burst: 500)) {
            $0.concurrency = 100
        }
        var slow = fixture.slowed(by: .seconds(1))
        slow.run(until: .milliseconds(10_500))
        #expect(slow.machine.progress.inFlight == 100)
    }

    @Test func `has few rows in doubt where a service goes silent that answered fast`() {
        let fixture = MachineFixture(rows: 1_000_000, .fixed(rate: 500, burst: 500))
        var fast = fixture.slowed(by: .milliseconds(100))
        fast.run(until: .seconds(10))
        var silent = fast.slowed(by: .seconds(3600))
        silent.run(until: .seconds(30))
        #expect(silent.machine.progress.inFlight <= 128)
    }

    @Test func `sends a row no sooner again than the service asks for after a fault`() {
        var rng = SplitMix64(seed: 1)
        var machine = machine(.fixed(rate: 100, burst: 12), rows: 1, limit: 1)
        let sent = calls(machine.next(at: .start, wall: noon))
        let fault = TransferFailure(
            code: "HTTP503", message: "", httpStatus: 503,
            advice: .retry(mayHaveTakenEffect: true, retryAfter: .seconds(50)))
        machine.answered(answer(to: sent[0], fault), at: .start, using: &rng)
        let before = Instant.start.advanced(by: .milliseconds(49_999))
        #expect(calls(machine.next(at: before, wall: noon)).isEmpty)
        let after = Instant.start.advanced(by: .seconds(50))
        #expect(calls(machine.next(at: after, wall: noon)).map(\.row) == [1])
    }
}
