import TransferCore
package import TransferLedger

/// Holds a job's ledger against the service, row by row, until all are looked into or until it is
/// told or forced to stop.
///
/// The shell round ``ReconcileMachine``, as ``TransferRun`` is the one round ``RunMachine``.
package struct ReconcileRun: Sendable {
    private let job: Job
    private let ledger: Ledger
    private let lanes: [RunLane]
    private let options: RunOptions
    private let clock = ContinuousClock()
    private let startedAt: ContinuousClock.Instant
    /// A quota that was found is stored this often, and at the end.
    private static let rememberingInterval = Duration.seconds(60)

    /// - Parameter lanes: the services that are asked; all of the job's rows go to one of them.
    package init(_ job: Job, ledger: Ledger, lanes: [RunLane], options: RunOptions) {
        self.job = job
        self.ledger = ledger
        self.lanes = lanes
        self.options = options
        startedAt = clock.now
    }

    private enum Event: Sendable {
        case fetched([ClaimRow], lane: Int, limit: Int)
        case answered(ContactAnswer)
        case committed([FoundRow])
        case woke(Instant)
        /// Under which name calls are made; nil where nobody knows.
        case told(caller: String?)
        case stopRequested
        /// Nobody can ask for a stop any more.
        case stopsEnded
    }

    /// Goes on with a reconciliation; the caller holds the job's ``JobLock``.
    ///
    /// - Parameters:
    ///   - stops: yields when nothing more is to be asked.
    ///   - onProgress: is called after every change from the reconciliation's own task; keep it
    ///     short.
    /// - Throws: ``LedgerError``.
    package func run(
        _ reconciliation: Reconciliation, stops: AsyncStream<Void>,
        onProgress: @escaping @Sendable (ReconcileProgress) -> Void = { _ in }
    ) async throws -> RunEnding {
        let totals = try await ledger.read { try $0.findingTotals(reconciliation.number) }
        var machine = ReconcileMachine(
            options: options, rows: job.rows, totals: totals, lanes: lanes.map(\.pace), at: now)
        let ending = try await loop(
            &machine, reconciliation.number, stops: stops, onProgress: onProgress)
        try await ledger.remember(machine.found, of: lanes)
        if ending == .finished {
            try await ledger.endReconciliation(reconciliation.number, of: job, at: .now)
        }
        return ending
    }

    private func loop(
        _ machine: inout ReconcileMachine, _ reconciliation: Int64, stops: AsyncStream<Void>,
        onProgress: @escaping @Sendable (ReconcileProgress) -> Void
    ) async throws -> RunEnding {
        var rng = SystemChance()
        return try await withThrowingTaskGroup(of: Event.self) { group in
            // At the end only those are left that wait: for a moment, or to be asked to stop.
            defer { group.cancelAll() }
            group.addTask {
                for await _ in stops { return .stopRequested }
                return .stopsEnded
            }
            for lane in lanes {
                group.addTask { .told(caller: await lane.caller()) }
            }
            // A wake that comes too early is harmless; each moment is slept for once.
            var wakes: Set<Instant> = []
            var rememberedAt = now
            while true {
                for action in machine.next(at: now) {
                    if case .finish(let ending) = action {
                        onProgress(machine.progress)
                        return ending
                    }
                    if case .wake(let moment) = action {
                        if let first = wakes.min(), first <= moment { continue }
                        wakes.insert(moment)
                    }
                    group.addTask { try await perform(action, reconciliation) }
                }
                onProgress(machine.progress)
                guard let event = try await group.next() else { return .finished }
                switch event {
                case .fetched(let rows, let lane, let limit):
                    machine.fetched(rows, lane: lane, limit: limit, at: now, wall: .now)
                case .answered(let answer):
                    machine.answered(answer, at: now, using: &rng)
                case .committed(let found):
                    machine.committed(found)
                    if rememberedAt.duration(to: now) > Self.rememberingInterval {
                        rememberedAt = now
                        try await ledger.remember(machine.found, of: lanes)
                    }
                case .woke(let moment): wakes.remove(moment)
                case .told(let caller?):
                    try await ledger.note(caller: caller, of: reconciliation)
                case .told(nil): break
                case .stopRequested: machine.end(.interrupted)
                case .stopsEnded: break
                }
            }
        }
    }

    private func perform(
        _ action: ReconcileMachine.Action, _ reconciliation: Int64
    ) async throws -> Event {
        switch action {
        case .fetch(let limit, let cursor, let lane):
            let rows = try await ledger.claims(
                limit, of: job, for: reconciliation, after: cursor, homes: lanes[lane].homes)
            return .fetched(rows, lane: lane, limit: limit)
        case .call(let call): return .answered(await answer(to: call))
        case .commit(let found):
            return .committed(try await ledger.commit(found, of: job, for: reconciliation))
        case .wake(let moment):
            try await clock.sleep(until: startedAt.advanced(by: .nanoseconds(moment.nanoseconds)))
            return .woke(moment)
        case .finish:
            // The loop has returned by then.
            return .stopsEnded
        }
    }

    private func answer(to call: ContactCall) async -> ContactAnswer {
        let service = lanes[call.lane].service
        let value: ContactAnswer.Value =
            switch call.operation {
            case .listAssociatedContacts:
                .lookUp(
                    await outcome { () async throws(TransferFailure) in
                        try await service.associatedContacts(of: call.contact, in: call.instance)
                            .value
                    })
            case .describeContact, .transferContact:
                .describe(
                    await outcome { () async throws(TransferFailure) in
                        try await service.describe(call.contact, in: call.instance).value
                    })
            }
        return ContactAnswer(call: call, value: value, finishedAt: .now)
    }

    private var now: Instant { Instant(nanoseconds: (clock.now - startedAt).wholeNanoseconds) }
}
