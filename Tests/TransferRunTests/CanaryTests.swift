import Testing
import TransferCore
import TransferLedger
import TransferRun

/// What a wrong flow or queue may cost, and what a run makes of too many failures.
@Suite(.timeLimit(.minutes(1))) struct CanaryTests {
    private static let refusal = TransferFailure(
        code: "InvalidRequestException", message: "not so", httpStatus: 400, advice: .permanent)

    /// A service that refuses the transfers of these contacts, and says of none that it has ended.
    private func service(refusing isRefused: @escaping @Sendable (Int) -> Bool) -> ScriptedService {
        ScriptedService { call, _ throws(TransferFailure) in
            let row = Int(call.contact.text.dropFirst(2)) ?? 0
            if call.operation == .transferContact, isRefused(row) { throw Self.refusal }
        }
    }

    private func transfers(_ service: ScriptedService) -> [ScriptedService.Call] {
        service.calls.filter { $0.operation == .transferContact }
    }

    @Test func `a queue that takes nothing costs few calls, and the others go on`() async throws {
        let fixture = try await RunFixture(rows: 200) { ("f", $0 % 2 == 0 ? "bad" : "good") }
        let service = service { $0 % 2 == 0 }
        #expect(try await fixture.run(service) == .heldBack(groups: 1))
        let totals = try await fixture.totals()
        #expect(totals[.transferred] == 100)
        #expect(totals[.failed] == 8)
        #expect(totals[.pending] == 92)
        #expect(transfers(service).count == 108)
        #expect(try await fixture.rowsInDoubt().isEmpty)
        let events = try await fixture.ledger.read { [job = fixture.job] in try $0.events(job) }
        let event = try #require(events.first { $0.kind == "held back" })
        #expect(event.detail.hasPrefix("The first 8 transfers by flow f to queue bad were refused"))
    }

    @Test func `a flow that takes nothing costs ten calls, however many its destinations`()
        async throws
    {
        let fixture = try await RunFixture(rows: 300) {
            $0 % 3 == 0 ? ("good", "q") : ("bad", "q-\($0)")
        }
        let service = service { $0 % 3 != 0 }
        guard case .heldBack = try await fixture.run(service) else {
            Issue.record("the rows of the flow were not held back")
            return
        }
        let totals = try await fixture.totals()
        #expect(totals[.transferred] == 100)
        #expect(totals[.failed] == 10)
        #expect(totals[.pending] == 190)
        #expect(transfers(service).count == 110)
    }

    @Test func `a run again takes up what was held back, as far as it goes`() async throws {
        let fixture = try await RunFixture(rows: 50)
        #expect(try await fixture.run(service { _ in true }) == .heldBack(groups: 1))
        #expect(try await fixture.totals()[.pending] == 42)
        #expect(try await fixture.run(service { _ in false }) == .finished)
        #expect(try await fixture.totals()[.transferred] == 42)
    }

    @Test func `contacts that have ended are no fault of their queue`() async throws {
        let fixture = try await RunFixture(rows: 60)
        let ended = ContactState(disconnectedAt: .now)
        let states = Dictionary(
            uniqueKeysWithValues: (1...40).map { (ContactID(valid: "c-\($0)"), ended) })
        let service = ScriptedService(states: states) { call, _ throws(TransferFailure) in
            if call.operation == .transferContact, states[call.contact] != nil {
                throw Self.refusal
            }
        }
        var options = RunFixture.fast
        options.concurrency = 1
        #expect(try await fixture.run(service, options) == .finished)
        let totals = try await fixture.totals()
        #expect(totals[.failed] == 40)
        #expect(totals[.transferred] == 20)
    }

    @Test func `one transfer that is accepted speaks for its queue`() async throws {
        let fixture = try await RunFixture(rows: 40)
        var options = RunFixture.fast
        options.concurrency = 1
        let service = service { $0 != 3 }
        #expect(try await fixture.run(service, options) == .finished)
        #expect(try await fixture.totals()[.failed] == 39)
        // Once that is known nothing more is asked about refused contacts.
        #expect(service.calls.count { $0.operation == .describeContact } == 2)
    }

    @Test(arguments: [
        (FailureLimit.rows(5), calls: 7), (.rows(0), calls: 2), (.percent(25), calls: 100),
        (.percent(60), calls: 200),
    ])
    func `stops where more rows fail than may`(limit: FailureLimit, calls: Int) async throws {
        let fixture = try await RunFixture(rows: 200)
        var options = RunFixture.fast
        options.concurrency = 1
        options.failuresMax = limit
        // 1 is accepted, 2 to 7 are refused; later on every second one is accepted.
        let service = service { $0 > 1 && ($0 < 8 || $0 % 2 == 0) }
        let ending = try await fixture.run(service, options)
        let totals = try await fixture.totals()
        #expect(totals[.pending] == 200 - totals[.failed] - totals[.transferred])
        switch limit {
        case .percent(60): #expect(ending == .finished)
        default:
            guard case .failures(let count) = ending else {
                Issue.record("the run ended as \(ending)")
                return
            }
            #expect(count.failed == totals[.failed])
            #expect(try await fixture.rowsInDoubt().isEmpty)
        }
        #expect(transfers(service).count == calls)
    }

    @Test func `rows do not wait for one that is held back with another group`() {
        let queues = ["a", "b"].map { Destination.queue(QueueID(valid: $0)) }
        var night = MachineFixture(rows: 30, .fixed(rate: 1000, burst: 1000))
        night.destinationOfRow = { $0 < 10 ? queues[0] : queues[1] }
        night.rowsInDoubt = [9]
        // The first row is throttled after those behind it were refused, one of them to queue b. A
        // row in doubt does not wait for it.
        let throttled = TransferFailure(
            code: "TooManyRequestsException", message: "", httpStatus: 429,
            advice: .throttled(retryAfter: nil))
        night.answerOfRow = { row in
            switch row {
            case 1: (throttled, .seconds(5))
            case 2...10: (Self.refusal, .seconds(1))
            default: nil
            }
        }
        night.run(until: .seconds(60))
        #expect(night.ending == .heldBack(groups: 1))
        #expect(night.machine.progress.totals[.transferred] == 20)
        #expect(night.machine.progress.totals[.failed] == 9)
        #expect(night.machine.progress.totals[.pending] == 1)
    }

    @Test func `refusals count before it is known whose fault they are`() {
        var night = MachineFixture(rows: 100, .fixed(rate: 1000, burst: 1)) {
            $0.failuresMax = .rows(2)
            $0.concurrency = 1
        }
        night.destinationOfRow = { .queue(QueueID(valid: "q-\($0)")) }
        night.failure = Self.refusal
        let throttled = TransferFailure(
            code: "TooManyRequestsException", message: "", httpStatus: 429,
            advice: .throttled(retryAfter: nil))
        night.fault = { call, _ in call.operation == .describeContact ? throttled : nil }
        night.run(until: .seconds(60))
        guard case .failures(let count) = night.ending else {
            Issue.record("the run ended as \(String(describing: night.ending))")
            return
        }
        #expect(count.failed == 3)
        #expect(night.calledAt.count == 3)
        #expect(night.outcomes == [1: .failed, 2: .failed, 3: .failed])
    }

    @Test func `a run is finished where a group is held back and no row of it is left`() {
        var night = MachineFixture(rows: 8)
        night.failure = Self.refusal
        night.run(until: .seconds(60))
        #expect(night.ending == .finished)
        #expect(night.machine.progress.totals[.failed] == 8)
    }
}
