import HeapModule
package import TransferCore
package import TransferLedger

/// Decides everything that a reconciliation does: which rows to fetch, what to ask, what to commit,
/// and when to end.
///
/// As ``RunMachine``, it holds no clock, no chance of its own and no I/O.
package struct ReconcileMachine: Sendable {
    private let options: RunOptions
    private var lanes: [AskingLane]
    /// Rows that are being asked for.
    private var rows: [Int: AskedRow] = [:]
    private var waiting = Heap<WaitingRow>()
    private var inFlight = 0
    private var batch = FindingBatch()
    private var ending: RunEnding?
    /// Answers that the role may not ask, while every call gets one.
    private var denied: [ContactAnswer] = []
    private var hasGotThrough = false
    /// Since when each call has met a fault; nil where the last one met none.
    private var silentSince: Instant?
    private var throughput = Throughput()
    /// How far it is, by what was committed.
    package private(set) var progress: ReconcileProgress

    /// What the reconciliation is to do.
    package enum Action: Sendable {
        /// Fetch rows of a lane after a row's number; ``fetched(_:lane:limit:at:)`` takes them.
        case fetch(limit: Int, after: Int, lane: Int)
        /// Make a call; ``answered(_:at:using:)`` hears its answer.
        case call(ContactCall)
        /// Write what was found; ``committed(_:)`` hears that it is on the disk.
        case commit([FoundRow])
        /// Ask again at this moment, where nothing happens before.
        case wake(Instant)
        /// End: nothing is under way, and all is committed.
        case finish(RunEnding)
    }

    /// Begins, or goes on.
    ///
    /// - Parameters:
    ///   - totals: what was found before.
    ///   - lanes: how the quotas of each account and Region are paced.
    package init(
        options: RunOptions, rows: Int, totals: FindingTotals,
        lanes: [[RowOperation: PaceController.Mode]], at now: Instant
    ) {
        self.options = options
        self.lanes = lanes.map { AskingLane(options.pace.merging($0) { $1 }, at: now) }
        progress = ReconcileProgress(rows: rows, totals: totals)
    }

    /// What the quotas of each lane were found to be so far.
    package var found: [[RowOperation: PaceController.Found]] { lanes.map(\.found) }

    /// What to do now. Each action is handed out once, but for the wake: the last one is valid.
    package mutating func next(at now: Instant) -> [Action] {
        var actions: [Action] = []
        var wakes: [Instant] = []
        checkRights()
        if ending == nil {
            readyAgain(at: now)
            for lane in lanes.indices {
                for operation in AskingLane.operations {
                    actions += calls(of: operation, in: lane, at: now, wakes: &wakes)
                }
                if !batch.isOverdue,
                    let limit = lanes[lane].fetch(concurrency: options.concurrency)
                {
                    actions.append(.fetch(limit: limit, after: lanes[lane].cursor, lane: lane))
                }
            }
            if let first = waiting.min { wakes.append(first.until) }
        }
        progress.rate = lanes.reduce(0) { $0 + $1.rate }
        throughput.hear(done: progress.totals.rows, at: now)
        progress.rowsPerSecond = throughput.rowsPerSecond(done: progress.totals.rows, at: now)
        if let found = batch.take(at: now, isLast: isDone) { actions.append(.commit(found)) }
        if let due = batch.due { wakes.append(due) }
        if isDone, batch.isSettled { return [.finish(ending ?? .finished)] }
        if let wake = wakes.min() { actions.append(.wake(wake)) }
        return actions
    }

    /// Takes the rows that were fetched on an action's behalf.
    package mutating func fetched(
        _ claims: [ClaimRow], lane: Int, limit: Int, at now: Instant, wall: Timestamp
    ) {
        lanes[lane].fetched(last: claims.last?.row, count: claims.count, limit: limit)
        guard ending == nil else { return }
        for claim in claims {
            var asked = AskedRow(claim, policy: options.retry, lane: lane)
            let decision = asked.inquiry.begin()
            rows[claim.row] = asked
            lanes[lane].live += 1
            follow(decision, of: claim.row, at: now, wall: wall)
        }
    }

    /// Hears a call's answer and decides what to ask next of its row.
    package mutating func answered(
        _ answer: ContactAnswer, at now: Instant, using rng: inout some RandomNumberGenerator
    ) {
        inFlight -= 1
        let (call, failure) = (answer.call, answer.failure)
        progress.calls += 1
        if case .throttled = failure?.advice { progress.throttled += 1 }
        let isOfService =
            lanes[call.lane].queues[call.operation]?.heard(
                failure, of: call.row, call.ticket, at: now) ?? false
        if let failure, failure.advice == .credentials {
            end(.credentials(failure))
        } else if let wait = wait(after: failure, of: call, isOfService: isOfService) {
            delay(call, wait, at: now, using: &rng)
        } else {
            settle(answer, at: now)
        }
        noteSilence(failure, at: now)
    }

    /// Hears that what was found is on the disk.
    package mutating func committed(_ found: [FoundRow]) {
        batch.settled()
        for row in found {
            progress.totals[row.committedOutcome, row.found.finding] += 1
        }
    }

    /// Asks nothing more; what is under way is heard to its end. The first reason stands.
    package mutating func end(_ reason: RunEnding) {
        guard ending == nil else { return }
        ending = reason
        waiting = Heap()
        for lane in lanes.indices { _ = lanes[lane].queues.removeAll() }
        denied = []
    }

    private var isDone: Bool {
        guard inFlight == 0, !lanes.contains(where: \.isFetching) else { return false }
        return ending != nil || (lanes.allSatisfy(\.isExhausted) && rows.isEmpty)
    }

    private mutating func readyAgain(at now: Instant) {
        while let first = waiting.min, first.until <= now {
            waiting.removeMin()
            guard let lane = rows[first.row]?.lane else { continue }
            lanes[lane].queues[first.operation]?.append(first.row)
        }
    }

    private mutating func calls(
        of operation: RowOperation, in lane: Int, at now: Instant, wakes: inout [Instant]
    ) -> [Action] {
        var calls: [Action] = []
        while inFlight < options.concurrency, !batch.isOverdue {
            switch lanes[lane].queues[operation]?.next(at: now) ?? .nothing {
            case .nothing:
                return calls
            case .wait(let moment):
                wakes.append(moment)
                return calls
            case .call(let row, let ticket):
                guard let asked = rows[row], let contact = asked.contact,
                    let instance = asked.claim.instance
                else { continue }
                inFlight += 1
                calls.append(
                    .call(
                        ContactCall(
                            row: row, lane: lane, operation: operation, contact: contact,
                            instance: instance, ticket: ticket)))
            }
        }
        return calls
    }

    /// When to make a call again that failed; nil where its answer is the last.
    private mutating func wait(
        after failure: TransferFailure?, of call: ContactCall, isOfService: Bool
    ) -> RowLife.Wait? {
        switch failure?.advice {
        case .throttled: return .throttled
        case .retry where isOfService: return .throttled
        case .retry(let mayHaveArrived, let retryAfter):
            return rows[call.row]?.backOff(
                mayHaveArrived: mayHaveArrived, retryAfter, policy: options.retry)
        case .permanent, .accessDenied, .lookUp, .credentials, nil: return nil
        }
    }

    private mutating func delay(
        _ call: ContactCall, _ wait: RowLife.Wait, at now: Instant,
        using rng: inout some RandomNumberGenerator
    ) {
        guard ending == nil else { return }
        switch wait {
        case .none: lanes[call.lane].queues[call.operation]?.append(call.row)
        case .throttled: lanes[call.lane].queues[call.operation]?.takeBack(call.row)
        case .backoff(let failures, let least):
            let time = max(options.retry.wait(afterFailure: failures, using: &rng), least)
            waiting.insert(
                WaitingRow(
                    until: now.advanced(by: time), row: call.row, operation: call.operation))
        }
    }

    /// Has the row hear an answer, but for a denial while every call gets one: then the fault is the
    /// role's and says nothing of the row.
    private mutating func settle(_ answer: ContactAnswer, at now: Instant) {
        guard answer.failure?.advice == .accessDenied, !hasGotThrough else {
            hasGotThrough = true
            for earlier in denied { hear(earlier, at: now) }
            denied = []
            return hear(answer, at: now)
        }
        if ending == nil { denied.append(answer) }
    }

    private mutating func hear(_ answer: ContactAnswer, at now: Instant) {
        let row = answer.call.row
        guard var asked = rows[row] else { return }
        asked.moveOn()
        let decision =
            switch answer.value {
            case .describe(let result): asked.inquiry.describeAnswered(result)
            case .lookUp(let result): asked.inquiry.lookUpAnswered(result)
            }
        rows[row] = asked
        follow(decision, of: row, at: now, wall: answer.finishedAt)
    }

    private mutating func follow(
        _ decision: Inquiry.Decision, of row: Int, at now: Instant, wall: Timestamp
    ) {
        guard let asked = rows[row] else { return }
        switch decision {
        case .found(let found):
            batch.add(
                FoundRow(row: row, outcome: asked.claim.outcome, found: found, checkedAt: wall),
                at: now)
            rows[row] = nil
            lanes[asked.lane].queues.forget(row)
            lanes[asked.lane].live -= 1
        case .describe(let contact): ask(.describeContact, contact, of: row)
        case .lookUp(let contact): ask(.listAssociatedContacts, contact, of: row)
        }
    }

    private mutating func ask(_ operation: RowOperation, _ contact: ContactID, of row: Int) {
        guard ending == nil, let lane = rows[row]?.lane else { return }
        rows[row]?.contact = contact
        lanes[lane].queues[operation]?.append(row)
    }

    /// Ends where every call so far was refused for want of rights, and no more are to come or
    /// enough were made.
    private mutating func checkRights() {
        guard let failure = denied.first?.failure else { return }
        let isLast =
            inFlight == 0 && rows.count == denied.count
            && lanes.allSatisfy { $0.isExhausted && !$0.isFetching }
        if isLast || denied.count >= OpeningCheck.callsMax { end(.accessDenied(failure)) }
    }

    private mutating func noteSilence(_ failure: TransferFailure?, at now: Instant) {
        guard let failure, case .retry = failure.advice else {
            silentSince = nil
            progress.silence = nil
            return
        }
        let since = silentSince ?? now
        silentSince = since
        let silence = RunProgress.Silence(failure: failure, lasts: since.duration(to: now))
        progress.silence = silence
        if lanes.contains(where: \.queues.isAnyDown), silence.lasts >= options.unreachableMax {
            end(.unreachable(failure))
        }
    }
}
