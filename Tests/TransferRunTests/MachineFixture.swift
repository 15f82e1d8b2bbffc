import TestSupport
import TransferCore
import TransferLedger
import TransferRun

/// A run in simulated time whose service answers at once and whose ledger takes no time.
struct MachineFixture {
    private(set) var machine: RunMachine
    private(set) var now = Instant.start
    /// The wall clock at the start.
    let dusk: Timestamp
    /// When each transfer was called, in order.
    private(set) var calledAt: [Instant] = []
    private(set) var operations: [RowOperation] = []
    private(set) var events: [RunEvent] = []
    /// The newest state that was committed.
    private(set) var state: RunState?
    private(set) var ending: RunEnding?
    /// What a transfer brings; nil is a success.
    var failure: TransferFailure?
    /// What a call of any kind brings at a moment; nil is what it brings else.
    var fault: (_ call: RowCall, _ at: Instant) -> TransferFailure? = { _, _ in nil }
    /// What was committed of each row.
    private(set) var outcomes: [Int: Outcome] = [:]
    /// What a row's transfer brings, and after how long, where it is not as for all.
    var answerOfRow: (Int) -> (failure: TransferFailure, after: Duration)? = { _ in nil }
    /// Where a row's contact goes.
    var destinationOfRow: (Int) -> Destination = { _ in .flowDecides }
    /// Rows that an earlier run sent an hour ago, and told nothing of.
    var rowsInDoubt: Set<Int> = []
    /// The service's own quota; nil is none.
    private var quota: TokenBucket?
    private let rows: Int
    private var latency = Duration.zero
    /// What is under way, in order.
    private var answers: [(at: Instant, answer: CallAnswer)] = []
    private var rng = SplitMix64(seed: 1)

    static let noon = Timestamp(milliseconds: 1_800_000_000_000)

    init(
        rows: Int, _ mode: PaceController.Mode = .fixed(rate: 10, burst: 1),
        at dusk: Timestamp = noon, _ change: (inout RunOptions) -> Void = { _ in }
    ) {
        self.rows = rows
        self.dusk = dusk
        var totals = ControlTotals()
        totals[.pending] = rows
        var options = RunOptions()
        options.pace[.transferContact] = mode
        change(&options)
        machine = RunMachine(options: options, totals: totals, at: .start)
    }

    var wall: Timestamp { dusk - now.duration(to: .start) }

    /// The same with a service that has a quota.
    func limited(rate: Double, burst: Double) -> MachineFixture {
        var limited = self
        limited.quota = TokenBucket(rate: rate, capacity: burst, at: .start)
        return limited
    }

    /// The same with calls that take so long.
    func slowed(by latency: Duration) -> MachineFixture {
        var slow = self
        slow.latency = latency
        return slow
    }

    /// Runs until that much time has passed since the start, or until its end.
    mutating func run(until duration: Duration) {
        let end = Instant.start.advanced(by: duration)
        while ending == nil {
            let actions = machine.next(at: now, wall: wall)
            var next = answers.first?.at
            var isIdle = true
            for action in actions {
                if case .wake(let moment) = action {
                    next = min(next ?? moment, moment)
                } else {
                    isIdle = false
                }
                perform(action)
            }
            guard isIdle else { continue }
            guard let next, next <= end else { break }
            now = max(now.advanced(by: .nanoseconds(1)), next)
            while let first = answers.first, first.at <= now {
                machine.answered(answers.removeFirst().answer, at: now, using: &rng)
            }
        }
        if ending == nil { now = end }
    }

    mutating func obey(_ kind: Wish.Kind) {
        machine.obey(Wish(kind, by: "anna on ops-1"), at: now, wall: wall)
    }

    mutating func end(_ reason: RunEnding) { machine.end(reason, at: now) }

    private mutating func perform(_ action: RunMachine.Action) {
        switch action {
        case .claim(let limit, let cursor, _):
            let last = min(cursor + limit, rows)
            let claimed = cursor < last ? (cursor + 1...last).map(row) : []
            machine.claimed(claimed, limit: limit, at: now, wall: wall)
        case .call(let call):
            operations.append(call.operation)
            if call.operation == .transferContact { calledAt.append(now) }
            if let own = ownAnswer(to: call) {
                answers.append(
                    (now.advanced(by: own.after), answer(call, .transfer(.failure(own.failure)))))
                answers.sort { $0.at < $1.at }
            } else if latency == .zero {
                machine.answered(answer(call), at: now, using: &rng)
            } else {
                answers.append((now.advanced(by: latency), answer(call)))
            }
        case .commit(let batch):
            events += batch.events
            for outcome in batch.outcomes { outcomes[outcome.row] = outcome.outcome }
            state = batch.state
            machine.committed(batch)
        case .finish(let reason): ending = reason
        case .wake: break
        }
    }

    private func ownAnswer(to call: RowCall) -> (failure: TransferFailure, after: Duration)? {
        call.operation == .transferContact ? answerOfRow(call.row) : nil
    }

    private mutating func answer(_ call: RowCall) -> CallAnswer {
        if call.operation == .transferContact, let admission = quota?.take(at: now),
            admission != .now
        {
            return answer(call, .transfer(.failure(Self.throttled)))
        }
        return answer(call, value(of: call))
    }

    private static let throttled = TransferFailure(
        code: "TooManyRequestsException", message: "", httpStatus: 429,
        advice: .throttled(retryAfter: nil))

    private func value(of call: RowCall) -> CallAnswer.Value {
        let fault = fault(call, now)
        func result<Value>(
            _ value: Value, _ failure: TransferFailure? = nil
        ) -> Result<Answer<Value>, TransferFailure> {
            (fault ?? failure).map { .failure($0) } ?? .success(Answer(value, requestID: "r"))
        }
        return switch call.operation {
        case .transferContact:
            .transfer(result(AcceptedTransfer(newContact: ContactID(valid: "n")), failure))
        case .describeContact: .describe(result(ContactState()))
        case .listAssociatedContacts: .lookUp(result([]))
        }
    }

    private func answer(_ call: RowCall, _ value: CallAnswer.Value) -> CallAnswer {
        CallAnswer(
            call: call, value: value, startedAt: wall, finishedAt: wall,
            duration: .milliseconds(40))
    }

    private func row(_ row: Int) -> ClaimedRow {
        ClaimedRow(
            row: row, line: row + 1,
            request: TransferRequest(
                instance: InstanceID(valid: "i"), contact: ContactID(valid: "c-\(row)"),
                flow: ContactFlowID(valid: "f"), destination: destinationOfRow(row),
                token: ClientToken(valid: "t-\(row)")),
            inDoubtSince: rowsInDoubt.contains(row) ? dusk - .seconds(3600) : nil)
    }
}
