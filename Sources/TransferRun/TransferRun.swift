import Glibc
import Synchronization
package import TransferCore
package import TransferLedger

/// Works on a job until every row has an outcome, or until it is told or forced to stop.
///
/// The shell round ``RunMachine``: it sleeps, calls the service and writes the ledger, each in a
/// child task, and one loop owns all state.
///
/// A class: each of these tasks holds it, and as a value each would copy all it consists of.
package final class TransferRun: Sendable {
    private let job: Job
    private let ledger: Ledger
    private let lanes: [RunLane]
    private let options: RunOptions
    private let clock = ContinuousClock()
    private let startedAt: ContinuousClock.Instant
    /// A quota that was found is stored this often, and at the end.
    private static let rememberingInterval = Duration.seconds(60)

    /// How often the progress is told where one call is made after another.
    private static let tellingInterval = Duration.milliseconds(20)

    /// How often the quota is asked for while nothing is sent: through the day between two windows.
    private static let pausedQuotaInterval = Duration.seconds(60)

    /// How often it is asked what others wish of the job.
    private static let wishInterval = Duration.seconds(1)

    /// - Parameter lanes: the services that are called, one at the least; all of the job's rows go to
    ///   one of them.
    package init(_ job: Job, ledger: Ledger, lanes: [RunLane], options: RunOptions) {
        self.job = job
        self.ledger = ledger
        self.lanes = lanes
        self.options = options
        startedAt = clock.now
    }

    private enum Event: Sendable {
        case claimed([ClaimedRow], lane: Int, limit: Int)
        case answered(CallAnswer)
        case committed(RunBatch)
        case woke(Instant)
        case wished([Wish])
        case told(LaneNews, lane: Int)
        case stopRequested
        /// Nobody can ask for a stop any more.
        case stopsEnded
    }

    /// Runs the job; the caller holds its ``JobLock``.
    ///
    /// - Parameters:
    ///   - stops: yields when the run is to drain: calls under way are heard, nothing more is sent.
    ///   - onProgress: is called after every change, or soon after, from the run's own task; keep it
    ///     short.
    ///   - onCalls: the same, once a second and at the end.
    /// - Throws: ``LedgerError``. Rows whose outcome could not be written stay pending and claimed.
    package func run(
        by worker: RunWorker, stops: AsyncStream<Void>,
        onProgress: @escaping @Sendable (RunProgress) -> Void = { _ in },
        onCalls: @escaping @Sendable (CallMetrics) -> Void = { _ in }
    ) async throws -> RunEnding {
        let pace = options.pace[.transferContact]?.words ?? ""
        let run = try await ledger.beginRun(
            of: job, by: worker,
            settings: RunSettings(
                pace: pace, concurrency: options.concurrency,
                attemptsMax: options.retry.attemptsMax),
            at: .now)
        let totals = try await ledger.read { [job] in try $0.totals(job) }
        let ending = try await loop(
            run, totals: totals, stops: stops, onProgress: onProgress, onCalls: onCalls)
        try await ledger.endRun(run, ending: ending.word, at: .now)
        return ending
    }

    private func loop(
        _ run: Int64, totals: ControlTotals, stops: AsyncStream<Void>,
        onProgress: @escaping @Sendable (RunProgress) -> Void,
        onCalls: @escaping @Sendable (CallMetrics) -> Void
    ) async throws -> RunEnding {
        var machine = RunMachine(
            options: options, totals: totals, lanes: lanes.map { ($0.pending, $0.pace) }, at: now)
        var rng = SystemChance()
        return try await withThrowingTaskGroup(of: Event.self) { group in
            // At the end only those are left that wait: for a moment, or to be asked to stop.
            defer {
                group.cancelAll()
                onCalls(machine.calls)
            }
            listen(to: stops, in: &group)
            // A wake that comes too early is harmless; each moment is slept for once.
            var wakes: Set<Instant> = []
            var rememberedAt = now
            var toldAt = Instant.start
            while true {
                let moment = now
                let actions = machine.next(at: moment, wall: .now)
                // At full speed a call follows each answer, and after its own answer more is to tell.
                if !actions.contains(where: \.isCall)
                    || toldAt.duration(to: moment) > Self.tellingInterval
                {
                    toldAt = moment
                    onProgress(machine.progress)
                }
                for action in actions {
                    if case .finish(let ending) = action {
                        try await ledger.remember(machine.found, of: lanes)
                        return ending
                    }
                    if case .wake(let moment) = action {
                        if let first = wakes.min(), first <= moment { continue }
                        wakes.insert(moment)
                    }
                    begin(action, run: run, in: &group)
                }
                guard let event = try await group.next() else { return .finished }
                switch event {
                case .claimed(let rows, let lane, let limit):
                    machine.claimed(rows, lane: lane, limit: limit, at: now, wall: .now)
                case .answered(let answer):
                    machine.answered(answer, at: now, using: &rng)
                case .committed(let batch):
                    machine.committed(batch)
                    if rememberedAt.duration(to: now) > Self.rememberingInterval {
                        rememberedAt = now
                        try await ledger.remember(machine.found, of: lanes)
                    }
                case .woke(let moment):
                    wakes.remove(moment)
                case .wished(let wishes):
                    onCalls(machine.calls)
                    for wish in wishes { machine.obey(wish, at: now, wall: .now) }
                    group.addTask { try await self.hearWishes() }
                case .told(let news, let lane):
                    machine.hear(news, in: lane, at: now, wall: .now)
                    askAgain(news, of: lane, isPaused: machine.progress.pause.isOn, in: &group)
                case .stopRequested:
                    machine.end(.interrupted, at: now)
                case .stopsEnded:
                    break
                }
            }
        }
    }

    /// Has an action performed, beside all others.
    ///
    /// Calls not through `perform`: what a task keeps while it waits comes in pieces, one for a
    /// function at least, and those above 1,000 bytes are slow to get and to give back: glibc keeps no
    /// such for the next. A call kept five of them, and keeps none.
    private func begin(
        _ action: RunMachine.Action, run: Int64,
        in group: inout ThrowingTaskGroup<Event, any Error>
    ) {
        if case .call(let call) = action {
            group.addTask { .answered(await self.answer(to: call)) }
        } else {
            group.addTask { try await self.perform(action, run: run) }
        }
    }

    /// Has all heard that may come beside the answers of calls.
    private func listen(
        to stops: AsyncStream<Void>, in group: inout ThrowingTaskGroup<Event, any Error>
    ) {
        group.addTask {
            for await _ in stops { return .stopRequested }
            return .stopsEnded
        }
        group.addTask { try await self.hearWishes() }
        for (index, lane) in lanes.enumerated() {
            group.addTask { try await self.askForQuota(of: index, after: .zero) }
            group.addTask { .told(.caller(await lane.caller()), lane: index) }
        }
    }

    private func askAgain(
        _ news: LaneNews, of lane: Int, isPaused: Bool,
        in group: inout ThrowingTaskGroup<Event, any Error>
    ) {
        guard case .quota(let quota) = news, let wait = quota.askedAgainAfter else { return }
        let pause = isPaused ? Self.pausedQuotaInterval : wait
        group.addTask { try await self.askForQuota(of: lane, after: pause) }
    }

    private func askForQuota(of lane: Int, after pause: Duration) async throws -> Event {
        try await clock.sleep(for: pause)
        return .told(.quota(await lanes[lane].likelyQuota()), lane: lane)
    }

    private func hearWishes() async throws -> Event {
        try await clock.sleep(for: Self.wishInterval)
        return .wished(try await ledger.hearWishes(of: job, at: .now))
    }

    private func perform(_ action: RunMachine.Action, run: Int64) async throws -> Event {
        switch action {
        case .claim(let limit, let cursor, let lane):
            let rows = try await ledger.claim(
                limit, of: job, after: cursor, at: .now, run: run, homes: lanes[lane].homes)
            return .claimed(rows, lane: lane, limit: limit)
        case .call(let call):
            return .answered(await answer(to: call))
        case .commit(let batch):
            try await ledger.commit(batch, of: job, run: run)
            return .committed(batch)
        case .wake(let moment):
            try await clock.sleep(until: startedAt.advanced(by: .nanoseconds(moment.nanoseconds)))
            return .woke(moment)
        case .finish:
            // The loop has returned by then.
            return .stopsEnded
        }
    }

    private func answer(to call: RowCall) async -> CallAnswer {
        let sentAt = Timestamp.now
        let start = clock.now
        let value = await value(of: call)
        return CallAnswer(
            call: call, value: value, startedAt: sentAt, finishedAt: .now,
            duration: clock.now - start)
    }

    // The reads are not to be made part of this: transfers, which are far more, would keep what they
    // need.
    private func value(of call: RowCall) async -> CallAnswer.Value {
        switch call.operation {
        case .transferContact: await transfer(call)
        case .describeContact: await describe(call)
        case .listAssociatedContacts: await lookUp(call)
        }
    }

    private func transfer(_ call: RowCall) async -> CallAnswer.Value {
        .transfer(
            await outcome { () async throws(TransferFailure) in
                try await lanes[call.lane].service.transfer(call.request, attempt: call.attempt)
            })
    }

    @inline(never)
    private func describe(_ call: RowCall) async -> CallAnswer.Value {
        .describe(
            await outcome { () async throws(TransferFailure) in
                try await lanes[call.lane].service.describe(
                    call.contact, in: call.request.instance)
            })
    }

    @inline(never)
    private func lookUp(_ call: RowCall) async -> CallAnswer.Value {
        .lookUp(
            await outcome { () async throws(TransferFailure) in
                try await lanes[call.lane].service.associatedContacts(
                    of: call.contact, in: call.request.instance)
            })
    }

    private var now: Instant { Instant(nanoseconds: (clock.now - startedAt).wholeNanoseconds) }
}

/// What a call brings, as a value.
func outcome<Value>(
    _ call: () async throws(TransferFailure) -> Value
) async -> Result<Value, TransferFailure> {
    do throws(TransferFailure) {
        return .success(try await call())
    } catch {
        return .failure(error)
    }
}

/// The system's chance, in a value that takes up space.
///
/// Thread Sanitizer looks at the memory that an `inout` stands for. An empty value has none, and
/// Swift 6.3 hands it whatever address is there: the sanitized run crashed.
struct SystemChance: RandomNumberGenerator {
    private var system = SystemRandomNumberGenerator()
    private var drawn: UInt64 = 0

    mutating func next() -> UInt64 {
        drawn &+= 1
        return system.next()
    }
}

extension RunMachine.Action {
    fileprivate var isCall: Bool { if case .call = self { true } else { false } }
}

extension Timestamp {
    /// The present moment by the system's clock.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
