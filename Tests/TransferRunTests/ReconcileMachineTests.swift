import TestSupport
import Testing
import TransferCore
import TransferLedger
import TransferRun

/// A reconciliation in simulated time: how fast it asks, and what it does while a service is down.
@Suite(.timeLimit(.minutes(1))) struct ReconcileMachineTests {
    private static let busy = TransferFailure(
        code: "ServiceUnavailable", message: "", httpStatus: 503,
        advice: .retry(mayHaveTakenEffect: true))

    @Test func `asks for as many rows a second as the quota allows, and no more`() {
        var night = Simulation(rows: 2000, .fixed(rate: 10, burst: 15))
        night.run()
        #expect(night.ending == .finished)
        #expect(night.found.count == 2000)
        #expect(night.calledAt.count == 2000)
        #expect((195...202).contains(night.now.seconds))
        for (first, last) in zip(night.calledAt, night.calledAt.dropFirst(26)) {
            #expect(first.duration(to: last) >= .seconds(1))
        }
    }

    @Test func `finds a quota that it was not told of`() {
        var night = Simulation(rows: 4000, .auto(rate: 10, burst: 15))
        night.quota = TokenBucket(rate: 25, capacity: 30, at: .start)
        night.run()
        #expect(night.ending == .finished)
        #expect(night.found.count == 4000)
        #expect(night.now.seconds < 4000 / 25 * 1.35)
        #expect(Double(night.throttledCalls) < 0.05 * Double(night.calledAt.count))
    }

    @Test func `an hour of faults costs a call in ten seconds, and no row its finding`() {
        var night = Simulation(rows: 1000, .fixed(rate: 20, burst: 1)) {
            $0.unreachableMax = .seconds(7200)
        }
        night.fault = { (10..<3610).contains($0.seconds) ? Self.busy : nil }
        night.run()
        #expect(night.ending == .finished)
        #expect(night.found.values.allSatisfy { $0 == .notTransferred })
        let during = night.calledAt.filter { (20..<3610).contains($0.seconds) }.count
        #expect((300...420).contains(during))
    }

    @Test func `gives up for now where the faults last too long`() {
        var night = Simulation(rows: 1000, .fixed(rate: 20, burst: 1))
        night.fault = { $0.seconds >= 10 ? Self.busy : nil }
        night.run()
        #expect(night.ending == .unreachable(Self.busy))
        #expect((1800...1900).contains(night.now.seconds))
        #expect(night.found.count < 220)
    }

    @Test func `holds few rows at once, however many there are`() {
        var night = Simulation(rows: 100_000, .fixed(rate: 100_000, burst: 100_000))
        night.run()
        #expect(night.found.count == 100_000)
        #expect(night.liveMax < 5000)
    }
}

/// A service that answers after 50 ms, and a ledger that takes no time.
private struct Simulation {
    private(set) var now = Instant.start
    private(set) var calledAt: [Instant] = []
    private(set) var throttledCalls = 0
    private(set) var found: [Int: Finding] = [:]
    private(set) var ending: RunEnding?
    /// Rows fetched and not found yet, at the most.
    private(set) var liveMax = 0
    /// What a call brings at a moment; nil is what it brings else.
    var fault: (Instant) -> TransferFailure? = { _ in nil }
    /// The service's own; nil is none.
    var quota: TokenBucket?
    private var machine: ReconcileMachine
    private let rows: Int
    private var fetched = 0
    private var answers: [(at: Instant, answer: ContactAnswer)] = []
    private var rng = SplitMix64(seed: 1)
    private static let latency = Duration.milliseconds(50)
    private static let noon = Timestamp(milliseconds: 1_800_000_000_000)

    init(
        rows: Int, _ mode: PaceController.Mode, _ change: (inout RunOptions) -> Void = { _ in }
    ) {
        self.rows = rows
        var options = RunOptions()
        options.pace[.describeContact] = mode
        change(&options)
        machine = ReconcileMachine(
            options: options, rows: rows, totals: FindingTotals(), lanes: [[:]], at: .start)
    }

    mutating func run() {
        while ending == nil {
            var next = answers.first?.at
            var isIdle = true
            for action in machine.next(at: now) {
                if case .wake(let moment) = action {
                    next = min(next ?? moment, moment)
                } else {
                    isIdle = false
                }
                perform(action)
            }
            guard isIdle else { continue }
            guard let next else { return }
            now = max(now.advanced(by: .nanoseconds(1)), next)
            let due = answers.prefix { $0.at <= now }
            answers.removeFirst(due.count)
            for (_, answer) in due { machine.answered(answer, at: now, using: &rng) }
        }
    }

    private mutating func perform(_ action: ReconcileMachine.Action) {
        switch action {
        case .fetch(let limit, let cursor, let lane):
            let last = min(cursor + limit, rows)
            let claims = cursor < last ? (cursor + 1...last).map(row) : []
            fetched += claims.count
            liveMax = max(liveMax, fetched - found.count)
            machine.fetched(claims, lane: lane, limit: limit, at: now, wall: Self.noon)
        case .call(let call):
            calledAt.append(now)
            answers.append((now.advanced(by: Self.latency), answer(to: call)))
        case .commit(let batch):
            for row in batch { found[row.row] = row.found.finding }
            machine.committed(batch)
        case .finish(let reason): ending = reason
        case .wake: break
        }
    }

    private mutating func answer(to call: ContactCall) -> ContactAnswer {
        var failure = fault(now)
        if failure == nil, let admission = quota?.take(at: now), admission != .now {
            throttledCalls += 1
            failure = TransferFailure(
                code: "TooManyRequestsException", message: "", httpStatus: 429,
                advice: .throttled(retryAfter: nil))
        }
        return ContactAnswer(
            call: call, value: .describe(failure.map { .failure($0) } ?? .success(ContactState())),
            finishedAt: Self.noon)
    }

    private func row(_ row: Int) -> ClaimRow {
        ClaimRow(
            row: row,
            claim: Claim(
                outcome: .failed, contact: ContactID(valid: "c-\(row)"),
                instance: InstanceID(valid: "i")))
    }
}
