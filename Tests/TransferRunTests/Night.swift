import TestSupport
import TransferCore
import TransferLedger
import TransferRun

/// One run of a simulated job: what its shell would do, on a clock that jumps from event to event.
struct Night {
    var simulation: RunSimulation
    private(set) var now = Instant.start
    private var machine: RunMachine
    private var events: [Event] = []
    private var order = 0
    private var rowsInFlight: Set<Int> = []

    private static let stepsMax = 100_000

    private struct Event {
        var at: Instant
        var order: Int
        var kind: Kind
    }

    private enum Kind {
        case claim(limit: Int, after: Int)
        case commit(RunBatch)
        case answer(CallAnswer)
        case mishap(RunSimulation.Mishap)
    }

    init(_ simulation: RunSimulation, mishap: (kind: RunSimulation.Mishap, at: Instant)?) {
        self.simulation = simulation
        machine = RunMachine(
            options: simulation.options, totals: simulation.ledger.totals, at: .start)
        if let mishap {
            events = [Event(at: mishap.at, order: 0, kind: .mishap(mishap.kind))]
        }
    }

    /// Runs to its end; nil where the run was killed, or a rule broken.
    mutating func run() -> RunEnding? {
        for _ in 0..<Self.stepsMax {
            var wake: Instant?
            for action in machine.next(at: now, wall: wall) {
                switch action {
                case .claim(let limit, let cursor, _):
                    post(.claim(limit: limit, after: cursor), 1...9)
                case .commit(let batch): post(.commit(batch), 1...60)
                case .call(let call): send(call)
                case .wake(let moment): wake = moment
                case .finish(let ending): return ended(ending)
                }
            }
            guard let step = step(before: wake) else {
                problem("the run waits for nothing, or asks to be woken in the past")
                return nil
            }
            if case .killed = step { return nil }
        }
        problem("the run does not end")
        return nil
    }

    private var wall: Timestamp {
        simulation.dusk - (now.duration(to: .start))
    }

    private mutating func problem(_ text: String) {
        simulation.problems.append("night \(simulation.nights), \(now.seconds) s: \(text)")
    }

    private mutating func post(_ kind: Kind, _ milliseconds: ClosedRange<Int>) {
        order += 1
        let latency = Duration.milliseconds(Int.random(in: milliseconds, using: &simulation.rng))
        events.append(Event(at: now.advanced(by: latency), order: order, kind: kind))
    }

    private enum Step { case goesOn, killed }

    /// Goes on to the next event or the wake; nil where neither is to come.
    private mutating func step(before wake: Instant?) -> Step? {
        let next = events.indices.min {
            (events[$0].at, events[$0].order) < (events[$1].at, events[$1].order)
        }
        if let wake, next.map({ wake < events[$0].at }) ?? true {
            guard wake > now else { return nil }
            now = wake
            return .goesOn
        }
        guard let next, wake != nil || hasWorkUnderWay else { return nil }
        let event = events.remove(at: next)
        now = max(now, event.at)
        switch event.kind {
        case .claim(let limit, let cursor):
            let rows = simulation.ledger.claim(limit, after: cursor, at: wall)
            machine.claimed(rows, limit: limit, at: now, wall: wall)
        case .commit(let batch):
            commit(batch)
            machine.committed(batch)
        case .answer(let answer):
            rowsInFlight.remove(answer.call.row)
            machine.answered(answer, at: now, using: &simulation.rng)
        case .mishap(.stop):
            machine.end(.interrupted, at: now)
        case .mishap(.crash):
            crash()
            return .killed
        }
        return .goesOn
    }

    /// A crash or a stop to come is no reason to wait.
    private var hasWorkUnderWay: Bool {
        events.contains { if case .mishap = $0.kind { false } else { true } }
    }

    private mutating func commit(_ batch: RunBatch) {
        let refused = simulation.ledger.commit(batch)
        if !refused.isEmpty { problem("rows \(refused) got a second outcome") }
    }

    /// What was being written is on the disk or is not; all else is lost.
    private mutating func crash() {
        for event in events where Bool.random(using: &simulation.rng) {
            switch event.kind {
            case .claim(let limit, let cursor):
                _ = simulation.ledger.claim(limit, after: cursor, at: wall)
            case .commit(let batch): commit(batch)
            case .answer, .mishap: continue
            }
        }
        simulation.ledger.leaveInDoubt()
    }

    private mutating func send(_ call: RowCall) {
        check(call)
        let (contact, sentAt) = (call.request.contact, wall)
        let value: CallAnswer.Value =
            switch call.operation {
            case .transferContact:
                .transfer(simulation.service.transfer(call.request, at: now, wall: wall))
            case .describeContact:
                .describe(simulation.service.describe(contact, at: now, wall: wall))
            case .listAssociatedContacts:
                .lookUp(simulation.service.associatedContacts(of: contact, at: now))
            }
        let latency = Int.random(
            in: 5...(simulation.rng.happens(0.05) ? 5000 : 300), using: &simulation.rng)
        let answer = CallAnswer(
            call: call, value: value, startedAt: sentAt,
            finishedAt: sentAt - .milliseconds(-latency), duration: .milliseconds(latency))
        post(.answer(answer), latency...latency)
    }

    private mutating func check(_ call: RowCall) {
        let row = simulation.ledger.rows[call.row - 1]
        if row.claimedAt == nil { problem("row \(call.row) is sent unclaimed") }
        if row.outcome != .pending { problem("row \(call.row) is sent as \(row.outcome)") }
        if !rowsInFlight.insert(call.row).inserted { problem("row \(call.row) is in flight twice") }
        if rowsInFlight.count > simulation.options.concurrency {
            problem("\(rowsInFlight.count) calls are in flight")
        }
        let isDescribed =
            simulation.service.contacts[call.request.contact]?.wasDescribedTonight ?? false
        if call.operation == .transferContact, row.mustBeAt != nil, !isDescribed {
            problem("row \(call.row) is sent, and its guard was not looked at")
        }
    }

    private mutating func ended(_ ending: RunEnding) -> RunEnding {
        if hasWorkUnderWay { problem("ended with \(events.count) things under way") }
        if machine.progress.totals != simulation.ledger.totals {
            problem("the totals are \(machine.progress.totals), not \(simulation.ledger.totals)")
        }
        return ending
    }
}
