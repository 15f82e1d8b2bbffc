import HeapModule
package import TransferCore
package import TransferLedger

/// Decides everything that a run does: what to claim, call, commit, and when to end.
///
/// Holds no clock, no chance of its own and no I/O: what happened goes in, what to do comes out.
/// The run performs it, so that a night of it can be simulated in milliseconds.
package struct RunMachine: Sendable {
    let options: RunOptions
    var queues = CallQueues()
    /// Rows that are claimed and have no outcome yet.
    var rows: [Int: RowLife] = [:]
    var waiting = Heap<WaitingRow>()
    var inFlight = 0
    var batch = BatchBuilder()
    var ending: RunEnding?
    var opening = OpeningCheck()
    var canary = Canary()
    var failures = FailureCount()
    /// How far the run is, by what was committed.
    package internal(set) var progress: RunProgress
    var service = ServiceWatch()

    var windowLook: WindowLook?
    var estimator: Estimator
    /// What came of this run's calls.
    package internal(set) var calls = CallMetrics()

    private var cursor = 0
    private var isClaiming = false
    private var isExhausted = false
    private var notedRate = 0.0

    /// What the run is to do.
    package enum Action: Sendable {
        /// Claim pending rows after a row's number; ``claimed(_:limit:at:wall:)`` takes them.
        case claim(limit: Int, after: Int)
        /// Make a call; ``answered(_:at:using:)`` hears its answer.
        case call(RowCall)
        /// Write a batch; ``committed(_:)`` hears that it is on the disk.
        case commit(RunBatch)
        /// Ask again at this moment, where nothing happens before.
        case wake(Instant)
        /// End: nothing is under way, and all is committed.
        case finish(RunEnding)
    }

    /// Rows claimed at once, at the most: also those in doubt after a crash. A flush of the disk takes
    /// 1 to 10 ms: with 256 at once a run without a quota waited for claims and commits.
    private static let claimMax = 1024

    /// Begins a run of a job that has these totals.
    package init(options: RunOptions, totals: ControlTotals, at now: Instant) {
        self.options = options
        for operation in RowOperation.allCases {
            let mode = options.pace[operation] ?? RunOptions.documentedQuotas[operation]
            queues[operation] = CallQueue(
                mode ?? .auto(rate: 2, burst: 5), headroom: options.headroom, at: now)
        }
        progress = RunProgress()
        progress.totals = totals
        estimator = Estimator(doneBefore: totals.done)
    }

    /// What the quotas were found to be so far.
    package var found: [RowOperation: PaceController.Found] {
        var found: [RowOperation: PaceController.Found] = [:]
        for operation in RowOperation.allCases { found[operation] = queues[operation]?.pace.found }
        return found
    }

    /// What to do now. Each action is handed out once, but for the wake: the last one is valid.
    package mutating func next(at now: Instant, wall: Timestamp) -> [Action] {
        var actions: [Action] = []
        var wakes: [Instant] = []
        checkOpening(at: now)
        followClock(at: now, wall: wall, wakes: &wakes)
        if ending == nil, !progress.pause.isOn {
            readyAgain(at: now)
            for operation in RowOperation.inTurn(service.asked) {
                actions += calls(of: operation, at: now, wall: wall, wakes: &wakes)
            }
            // Some that were to be sent may turn out to need a look-up.
            actions += calls(of: .listAssociatedContacts, at: now, wall: wall, wakes: &wakes)
            if let claim = claim() { actions.append(claim) }
            if let first = waiting.min { wakes.append(first.until) }
        }
        noteRate(at: wall)
        estimate(at: now, wall: wall)
        if var commit = batch.take(at: now, isLast: isDone) {
            commit.state = state(at: wall)
            actions.append(.commit(commit))
        }
        if let due = batch.due { wakes.append(due) }
        if isDone, batch.isSettled { return [.finish(ending ?? finish)] }
        if let wake = wakes.min() { actions.append(.wake(wake)) }
        return actions
    }

    /// Takes the rows that were claimed on an action's behalf.
    package mutating func claimed(
        _ claimed: [ClaimedRow], limit: Int, at now: Instant, wall: Timestamp
    ) {
        isClaiming = false
        isExhausted = claimed.count < limit
        if let last = claimed.last { cursor = last.row }
        for row in claimed {
            let life = RowLife(
                row.request, mustBeAt: row.mustBeAt, isVerified: options.verifies,
                attempts: row.attempts,
                inDoubtSince: row.inDoubtSince)
            rows[row.row] = life
            guard ending == nil else {
                letGo(row.row, at: now)
                continue
            }
            if case .call(let operation, _) = life.begin(at: wall, policy: options.retry) {
                queues[operation]?.append(row.row)
            }
        }
    }

    /// Hears that a batch is on the disk.
    package mutating func committed(_ committed: RunBatch) {
        batch.settled()
        for outcome in committed.outcomes {
            progress.totals[outcome.outcome] += 1
            progress.totals[.pending] -= 1
        }
    }

    /// Stops sending; what is under way is heard to its end. The first reason stands.
    package mutating func end(_ reason: RunEnding, at now: Instant) {
        guard ending == nil else { return }
        ending = reason
        var idle = waiting.unordered.map(\.row) + opening.removeAll() + canary.released()
        waiting = Heap()
        for operation in RowOperation.allCases { idle += queues[operation]?.removeAll() ?? [] }
        for row in idle { letGo(row, at: now) }
    }

    /// Gives a row back that will not be called in this run: it stays pending, and in doubt only
    /// if it may have been transferred.
    mutating func letGo(_ row: Int, at now: Instant) {
        guard let life = rows.removeValue(forKey: row) else { return }
        canary.heard(row, of: life.request, nil)
        if !life.mayHaveTakenEffect { batch.release(row, at: now) }
    }

    private var isDone: Bool {
        guard inFlight == 0, !isClaiming else { return false }
        return ending != nil || (isExhausted && rows.isEmpty)
    }

    /// Of a group that is held back, every row may have been called already.
    private var finish: RunEnding {
        progress.totals[.pending] == 0 ? .finished : .heldBack(groups: canary.held.count)
    }

    /// Ends the run where every call so far was refused for want of rights, and no more are to come
    /// or enough were made.
    private mutating func checkOpening(at now: Instant) {
        let isLast = isExhausted && !isClaiming && inFlight == 0 && rows.count == opening.held.count
        if let denied = opening.denial(isLast: isLast) { end(.accessDenied(denied), at: now) }
    }

    private mutating func readyAgain(at now: Instant) {
        while let first = waiting.min, first.until <= now {
            waiting.removeMin()
            queues[first.operation]?.append(first.row)
        }
    }

    private mutating func calls(
        of operation: RowOperation, at now: Instant, wall: Timestamp, wakes: inout [Instant]
    ) -> [Action] {
        var calls: [Action] = []
        let callsMax = service.isDown ? 1 : options.concurrency
        if service.isDown, inFlight == 0, service.nextCallAt > now {
            wakes.append(service.nextCallAt)
            return calls
        }
        while inFlight < callsMax, !batch.isOverdue {
            if operation == .transferContact { holdBack(at: now, wall: wall) }
            switch queues[operation]?.next(at: now) ?? .nothing {
            case .nothing:
                return calls
            case .wait(let moment):
                wakes.append(moment)
                return calls
            case .call(let row, let ticket):
                guard let life = rows[row] else { continue }
                inFlight += 1
                if operation == .transferContact { canary.sent(row, of: life.request) }
                calls.append(
                    .call(
                        RowCall(
                            row: row, operation: operation, request: life.request,
                            attempt: life.attempt(policy: options.retry), ticket: ticket)))
            }
        }
        return calls
    }

    /// Takes rows out of the way that are not to be sent now.
    ///
    /// A row that is let go may have been the one that others of its flow waited for.
    private mutating func holdBack(at now: Instant, wall: Timestamp) {
        while passOver(at: now, wall: wall) { queues[.transferContact]?.prepend(canary.released()) }
    }

    /// Takes those from the front of the queue whose token has become too old while they waited, and
    /// those that wait for the first of their group, or are held back with it; true where others
    /// may have waited for one of them.
    ///
    /// Rows in doubt are not held back: only their token tells what became of them.
    private mutating func passOver(at now: Instant, wall: Timestamp) -> Bool {
        var letsOthers = false
        while let row = queues[.transferContact]?.first, let life = rows[row] {
            if life.mayHaveTakenEffect {
                guard life.isTokenOld(at: wall, policy: options.retry) else { break }
                _ = rows[row]?.lookUpFirst()
                queues[.listAssociatedContacts]?.append(row)
            } else {
                let admission = canary.admission(of: row, life.request)
                guard admission != .now else { break }
                if admission == .later { canary.wait(row) } else { letGo(row, at: now) }
                letsOthers = letsOthers || admission == .heldBack
            }
            queues[.transferContact]?.removeFirst()
        }
        return letsOthers && canary.waitingCount > 0
    }

    /// About a second's worth of rows are held ready: enough never to wait for the disk, few
    /// enough that a crash leaves few in doubt.
    private mutating func claim() -> Action? {
        let rate = queues[.transferContact]?.pace.rate ?? 1
        let reserve = min(max(Int(rate), 4), Self.claimMax)
        // Rows that wait for a look-up leave the other quotas unused.
        let ready = [.describeContact, .transferContact].reduce(0) { $0 + (queues[$1]?.count ?? 0) }
        guard !isClaiming, !isExhausted, ready <= reserve / 2,
            rows.count < options.concurrency + 2 * Self.claimMax
        else { return nil }
        isClaiming = true
        return .claim(limit: reserve, after: cursor)
    }

    private mutating func noteRate(at wall: Timestamp) {
        guard let pace = queues[.transferContact]?.pace else { return }
        progress.rate = pace.rate
        progress.isRateKnown = pace.isRateKnown
        progress.inFlight = inFlight
        guard pace.isRateKnown, abs(pace.rate - notedRate) > 0.1 * notedRate else { return }
        notedRate = pace.rate
        // Only with something else to commit: a rate alone is not worth a write.
        batch.note(RunEvent(at: wall, kind: "rate", detail: "\(rounded(pace.rate)) a second"))
    }

    private func state(at wall: Timestamp) -> RunState {
        var state = RunState(at: wall)
        state.pause = progress.pause
        state.inFlight = inFlight
        state.calls = progress.calls
        state.throttled = progress.throttled
        state.rate = progress.rate
        state.rowsPerSecond = progress.rowsPerSecond
        state.timeLeft = progress.timeLeft
        return state
    }

    private func rounded(_ rate: Double) -> Double { (rate * 100).rounded() / 100 }
}
