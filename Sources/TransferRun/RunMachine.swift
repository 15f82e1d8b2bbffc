import HeapModule
package import TransferCore
package import TransferLedger

/// Decides everything that a run does: what to claim, call, commit, and when to end.
///
/// Holds no clock, no chance of its own and no I/O: what happened goes in, what to do comes out.
/// The run performs it, so that a night of it can be simulated in milliseconds.
package struct RunMachine: Sendable {
    let options: RunOptions
    var lanes: [Lane]
    /// Rows that are claimed and have no outcome yet.
    var rows: [Int: RowLife] = [:]
    /// The lanes of these rows, where there are several.
    private var laneOfRow: [Int: Int] = [:]
    var waiting = Heap<WaitingRow>()
    var inFlight = 0
    var batch = BatchBuilder()
    var ending: RunEnding?
    var opening = OpeningCheck()
    var canary = Canary()
    var failures = FailureCount()
    /// How far the run is, by what was committed.
    package internal(set) var progress: RunProgress
    /// Since when each call has met a fault; nil where the last one met none.
    var silentSince: Instant?

    var windowLook: WindowLook?
    var estimator: Estimator
    /// What came of this run's calls.
    package internal(set) var calls = CallMetrics()

    private var notedRate = 0.0

    /// What the run is to do.
    package enum Action: Sendable {
        /// Claim pending rows of a lane after a row's number; ``claimed(_:lane:limit:at:wall:)``
        /// takes them.
        case claim(limit: Int, after: Int, lane: Int)
        /// Make a call; ``answered(_:at:using:)`` hears its answer.
        case call(RowCall)
        /// Write a batch; ``committed(_:)`` hears that it is on the disk.
        case commit(RunBatch)
        /// Ask again at this moment, where nothing happens before.
        case wake(Instant)
        /// End: nothing is under way, and all is committed.
        case finish(RunEnding)
    }

    /// Begins a run of a job that has these totals.
    ///
    /// - Parameter lanes: the pending rows of each account and Region, and how its quotas are paced
    ///   where that is not as the options say; nil where there is one of both.
    package init(
        options: RunOptions, totals: ControlTotals,
        lanes: [(pending: Int, pace: [RowOperation: PaceController.Mode])]? = nil, at now: Instant
    ) {
        self.options = options
        self.lanes = (lanes ?? [(totals[.pending], [:])]).map { lane in
            Lane(
                options.pace.merging(lane.pace) { $1 }, headroom: options.headroom,
                pending: lane.pending, at: now)
        }
        progress = RunProgress()
        progress.totals = totals
        estimator = Estimator(doneBefore: totals.done)
    }

    /// What the quotas of each lane were found to be so far.
    package var found: [[RowOperation: PaceController.Found]] { lanes.map(\.found) }

    /// Hears from elsewhere what an operation's quota should be in a lane.
    package mutating func hear(
        of quota: PaceController.Found, for operation: RowOperation, in lane: Int = 0,
        at now: Instant
    ) {
        lanes[lane].queues[operation]?.hear(of: quota, at: now)
    }

    /// What to do now. Each action is handed out once, but for the wake: the last one is valid.
    package mutating func next(at now: Instant, wall: Timestamp) -> [Action] {
        var actions: [Action] = []
        var wakes: [Instant] = []
        checkOpening(at: now)
        followClock(at: now, wall: wall, wakes: &wakes)
        if ending == nil, !progress.pause.isOn {
            readyAgain(at: now)
            for lane in lanes.indices {
                for operation in RowOperation.allCases {
                    actions += calls(of: operation, in: lane, at: now, wall: wall, wakes: &wakes)
                }
                // Some that were to be sent may turn out to need a look-up.
                actions += calls(
                    of: .listAssociatedContacts, in: lane, at: now, wall: wall, wakes: &wakes)
                if let limit = lanes[lane].claim(concurrency: options.concurrency) {
                    actions.append(.claim(limit: limit, after: lanes[lane].cursor, lane: lane))
                }
            }
            if let first = waiting.min { wakes.append(first.until) }
        }
        let aim = aim
        note(aim, at: wall)
        estimate(aim, at: now, wall: wall)
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
        _ claimed: [ClaimedRow], lane: Int = 0, limit: Int, at now: Instant, wall: Timestamp
    ) {
        lanes[lane].claimed(last: claimed.last?.row, count: claimed.count, limit: limit)
        for row in claimed {
            let life = RowLife(
                row.request, mustBeAt: row.mustBeAt, isVerified: options.verifies,
                attempts: row.attempts,
                inDoubtSince: row.inDoubtSince)
            rows[row.row] = life
            if lanes.count > 1 { laneOfRow[row.row] = lane }
            guard ending == nil else {
                letGo(row.row, at: now)
                continue
            }
            if case .call(let operation, _) = life.begin(at: wall, policy: options.retry) {
                lanes[lane].queues[operation]?.append(row.row)
            }
        }
    }

    /// The lane of a claimed row.
    func lane(of row: Int) -> Int { lanes.count > 1 ? laneOfRow[row] ?? 0 : 0 }

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
        for lane in lanes.indices { idle += lanes[lane].queues.removeAll() }
        for row in idle { letGo(row, at: now) }
    }

    /// Gives a row back that will not be called in this run: it stays pending, and in doubt only
    /// if it may have been transferred. One that is known to be refused is not sent again to hear it
    /// once more: only whose fault it is stays unasked.
    mutating func letGo(_ row: Int, at now: Instant) {
        if let end = rows[row]?.knownEnd {
            return settle([RowEnd(row: row, ending: end.ending, at: end.at)], at: now)
        }
        guard let life = removed(row) else { return }
        canary.heard(row, of: life.request, nil)
        if !life.mayHaveTakenEffect { batch.release(row, at: now) }
    }

    /// Takes out a row that is called no more.
    mutating func removed(_ row: Int) -> RowLife? {
        let lane = lane(of: row)
        guard let life = rows.removeValue(forKey: row) else { return nil }
        lanes[lane].queues.forget(row)
        lanes[lane].live -= 1
        if lanes.count > 1 { laneOfRow[row] = nil }
        return life
    }

    private var isDone: Bool {
        guard inFlight == 0, !lanes.contains(where: \.isClaiming) else { return false }
        return ending != nil || (lanes.allSatisfy(\.isExhausted) && rows.isEmpty)
    }

    /// Of a group that is held back, every row may have been called already.
    private var finish: RunEnding {
        canary.held.isEmpty || progress.totals[.pending] == 0
            ? .finished : .heldBack(groups: canary.held.count)
    }

    /// Ends the run where every call so far was refused for want of rights, and no more are to come
    /// or enough were made.
    private mutating func checkOpening(at now: Instant) {
        let isLast =
            inFlight == 0 && lanes.allSatisfy { $0.isExhausted && !$0.isClaiming }
            && rows.count == opening.held.count
        if let denied = opening.denial(isLast: isLast) { end(.accessDenied(denied), at: now) }
    }

    private mutating func readyAgain(at now: Instant) {
        while let first = waiting.min, first.until <= now {
            waiting.removeMin()
            lanes[lane(of: first.row)].queues[first.operation]?.append(first.row)
        }
    }

    private mutating func calls(
        of operation: RowOperation, in lane: Int, at now: Instant, wall: Timestamp,
        wakes: inout [Instant]
    ) -> [Action] {
        var calls: [Action] = []
        while inFlight < options.concurrency, !batch.isOverdue {
            if operation == .transferContact { holdBack(in: lane, at: now, wall: wall) }
            switch lanes[lane].queues[operation]?.next(at: now) ?? .nothing {
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
                            row: row, lane: lane, operation: operation, life: life,
                            attempt: life.attempt(policy: options.retry), ticket: ticket)))
            }
        }
        return calls
    }

    /// Takes rows out of the way that are not to be sent now.
    ///
    /// A row that is let go may have been the one that others of its flow waited for.
    private mutating func holdBack(in lane: Int, at now: Instant, wall: Timestamp) {
        while passOver(in: lane, at: now, wall: wall) { releaseCanary() }
    }

    /// Takes those from the front of the queue whose token, or whose last look at the contact, has
    /// become too old while they waited, and those that wait for the first of their group, or are held
    /// back with it; true where others may have waited for one of them.
    ///
    /// Rows in doubt are not held back: only their token tells what became of them.
    private mutating func passOver(in lane: Int, at now: Instant, wall: Timestamp) -> Bool {
        var letsOthers = false
        while let row = lanes[lane].queues.nextTransfer, let life = rows[row] {
            let admission =
                life.mayHaveTakenEffect ? .now : canary.admission(of: row, life.request)
            if admission == .later {
                canary.wait(row)
            } else if admission == .heldBack {
                letGo(row, at: now)
                letsOthers = true
            } else if life.isTokenOld(at: wall, policy: options.retry) {
                _ = rows[row]?.lookUpFirst()
                lanes[lane].queues[.listAssociatedContacts]?.append(row)
            } else if life.isLookOld(at: wall, policy: options.retry) {
                lanes[lane].queues[.describeContact]?.append(row)
            } else {
                break
            }
            lanes[lane].queues[.transferContact]?.removeFirst()
        }
        return letsOthers && canary.waitingCount > 0
    }

    /// What is aimed at together by the lanes that still have rows: what the others may send is of no
    /// use any more.
    private var aim: Aim {
        var aim = Aim()
        // By their numbers: a lane that is iterated over is copied, at each step of the run.
        for lane in lanes.indices where lanes[lane].pending > 0 {
            aim.add(lanes[lane].queues.transferAim)
        }
        return aim
    }

    private mutating func note(_ aim: Aim, at wall: Timestamp) {
        progress.inFlight = inFlight
        let (rate, isRateKnown) = (aim.rate, aim.isRateKnown)
        guard rate > 0 else { return }
        progress.rate = rate
        progress.isRateKnown = isRateKnown
        guard isRateKnown, abs(rate - notedRate) > 0.1 * notedRate else { return }
        notedRate = rate
        // Only with something else to commit: a rate alone is not worth a write.
        batch.note(
            RunEvent(
                at: wall, kind: RunEvent.rate, detail: "\(rounded(rate)) a second",
                rate: rounded(rate)))
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
