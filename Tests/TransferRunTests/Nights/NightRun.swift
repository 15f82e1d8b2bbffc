import TestSupport
import TransferCore
import TransferLedger
import TransferRun

/// One run of a simulated job: what its shell would do, on a clock that jumps from event to event.
struct NightRun {
    var night: Night
    private(set) var now = Instant.start
    private(set) var machine: RunMachine
    /// What the run may do, by what it has heard.
    var witness = Witness()
    private var events: [Event] = []
    private var order = 0

    private static let stepsMax = 200_000
    /// Simulated time in which a run must do something: longer than any pause or closed window.
    private static let idleMax = Duration.seconds(3 * 24 * 3600)

    private struct Event {
        var at: Instant
        var order: Int
        var kind: Kind
    }

    private enum Kind {
        case claim(limit: Int, after: Int)
        case commit(RunBatch)
        case answer(CallAnswer)
        case deed(Deed)

        var isDeed: Bool { if case .deed = self { true } else { false } }
    }

    init(_ night: Night, deeds: [(at: Instant, deed: Deed)]) {
        self.night = night
        machine = RunMachine(options: night.options, totals: night.ledger.totals, at: .start)
        events = deeds.map { Event(at: $0.at, order: 0, kind: .deed($0.deed)) }
    }

    /// Runs to its end; nil where the run was killed, or a rule broken.
    mutating func run() -> RunEnding? {
        for _ in 0..<Self.stepsMax {
            var wake: Instant?
            for action in machine.next(at: now, wall: wall) {
                if case .wake(let moment) = action {
                    wake = moment
                    continue
                }
                witness.actedAt = now
                switch action {
                case .claim(let limit, let cursor, _):
                    post(.claim(limit: limit, after: cursor), 1...9)
                case .commit(let batch): post(.commit(batch), 1...60)
                case .call(let call): send(call)
                case .finish(let ending):
                    checkEnd(ending, isAtWork: events.contains { !$0.kind.isDeed })
                    return ending
                case .wake: break
                }
            }
            guard witness.actedAt.duration(to: now) < Self.idleMax else {
                problem("the run has done nothing since \(witness.actedAt.seconds) s")
                return nil
            }
            guard let step = step(before: wake) else {
                problem("the run waits for nothing, or asks to be woken in the past")
                return nil
            }
            if case .died = step { return nil }
        }
        problem("the run does not end")
        return nil
    }

    var wall: Timestamp { night.clock.wall(at: now) }

    mutating func problem(_ text: String) { night.problem("\(now.seconds) s: \(text)") }

    mutating func check(_ holds: Bool, _ text: @autoclosure () -> String) {
        night.figures.checks += 1
        if !holds { problem(text()) }
    }

    private mutating func post(_ kind: Kind, _ milliseconds: ClosedRange<Int>) {
        order += 1
        let latency = Duration.milliseconds(Int.random(in: milliseconds, using: &night.rng))
        events.append(Event(at: now.advanced(by: latency), order: order, kind: kind))
    }

    private enum Step { case goesOn, died }

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
        guard let next else { return nil }
        let event = events.remove(at: next)
        now = max(now, event.at)
        switch event.kind {
        case .claim, .commit:
            guard !night.ledger.isFull else { return die(.diskFull) }
            write(event.kind)
        case .answer(let answer):
            hear(answer)
            machine.answered(answer, at: now, using: &night.rng)
        case .deed(let deed):
            return perform(deed)
        }
        return .goesOn
    }

    private mutating func write(_ kind: Kind) {
        switch kind {
        case .claim(let limit, let cursor):
            let rows = night.ledger.claim(limit, after: cursor, at: wall)
            hear(rows)
            machine.claimed(rows, limit: limit, at: now, wall: wall)
        case .commit(let batch):
            commit(batch)
            machine.committed(batch)
            checkTotals()
        case .answer, .deed: break
        }
    }

    private mutating func perform(_ deed: Deed) -> Step {
        night.tell("\(now.seconds) s: \(deed)")
        switch deed {
        case .crash:
            return die(.crash)
        case .fillDisk:
            night.ledger.isFull = true
        case .stop:
            night.figures.count(.stop)
            machine.end(.interrupted, at: now)
            witness.sendsNoMore = "it was asked to stop"
        case .jump:
            night.jump()
        case .freeze(let duration):
            night.figures.count(.frozen)
            now = now.advanced(by: duration)
        case .pause:
            night.figures.count(.pause)
            witness.isPaused = true
            obey(.pause)
        case .goOn:
            witness.isPaused = false
            witness.heardAt = now
            obey(.goOn)
        case .pace(let mode):
            night.figures.count(.pace)
            obey(.pace(mode))
        }
        return .goesOn
    }

    private mutating func obey(_ kind: Wish.Kind) {
        machine.obey(Wish(kind, by: "anna on ops-1"), at: now, wall: wall)
    }

    private mutating func commit(_ batch: RunBatch) {
        night.figures.commits += 1
        checkOutcomes(of: batch)
        let refused = night.ledger.commit(batch)
        check(refused.isEmpty, "rows \(refused) got a second outcome")
    }

    /// What was being written is on the disk or is not, and is not where that is full; all else is
    /// lost.
    private mutating func die(_ trouble: Trouble) -> Step {
        night.figures.count(trouble)
        for event in events where !night.ledger.isFull && Bool.random(using: &night.rng) {
            switch event.kind {
            case .claim(let limit, let cursor):
                _ = night.ledger.claim(limit, after: cursor, at: wall)
            case .commit(let batch): commit(batch)
            case .answer, .deed: continue
            }
        }
        night.ledger.leaveInDoubt()
        return .died
    }

    private mutating func send(_ call: RowCall) {
        night.figures.calls += 1
        checkCall(call)
        let (contact, sentAt, clock) = (call.contact, wall, night.clock)
        let value: CallAnswer.Value =
            switch call.operation {
            case .transferContact:
                .transfer(night.service.transfer(call.request, at: now, clock))
            case .describeContact:
                .describe(night.service.describe(contact, at: now, clock))
            case .listAssociatedContacts:
                .lookUp(night.service.associatedContacts(of: contact, at: now, clock))
            }
        // As long as a call may take that nobody answers.
        let most = night.rng.happens(0.05) ? 30_000 : 300
        let latency = Int.random(in: 5...most, using: &night.rng)
        let answer = CallAnswer(
            call: call, value: value, startedAt: sentAt,
            finishedAt: sentAt.later(by: .milliseconds(latency)),
            duration: .milliseconds(latency))
        night.tell(
            "\(now.seconds) s: \(call.operation) of row \(call.row), and after \(latency) ms \(value)"
        )
        post(.answer(answer), latency...latency)
    }
}
