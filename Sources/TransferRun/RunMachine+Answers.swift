import HeapModule
package import TransferCore
import TransferLedger

extension RunMachine {
    /// Hears a call's answer and decides what becomes of its row.
    package mutating func answered(
        _ answer: CallAnswer, at now: Instant, using rng: inout some RandomNumberGenerator
    ) {
        inFlight -= 1
        count(answer)
        let isOfService =
            lanes[answer.call.lane].queues[answer.call.operation]?.heard(
                answer.failure, of: answer.call.row, answer.call.ticket, at: now) ?? false
        batch.add(CallRecord(answer, isOfService: isOfService), at: now)
        if answer.showsRights { settle(opening.open(), at: now) }
        let decided = decide(answer, isOfService: isOfService)
        guard let decision = diagnosed(decided, answer) else { return }
        if failures.exceeds(options.failuresMax) { end(.failures(failures), at: now) }
        perform(decision, row: answer.call.row, finishedAt: answer.finishedAt, at: now, using: &rng)
        noteSilence(answer.failure, at: now)
    }

    private mutating func decide(
        _ answer: CallAnswer, isOfService: Bool
    ) -> RowLife.Decision? {
        let row = answer.call.row
        if isOfService, let failure = answer.failure {
            return rows[row]?.serviceFailed(
                failure, answer.call.operation, sentAt: answer.startedAt)
        }
        switch answer.value {
        case .transfer(let result):
            return rows[row]?.transferAnswered(
                result, sentAt: answer.startedAt, policy: options.retry)
        case .describe(let result):
            return rows[row]?.describeAnswered(
                result, askedAt: answer.startedAt, policy: options.retry)
        case .lookUp(let result):
            return rows[row]?.lookUpAnswered(result, policy: options.retry)
        }
    }

    /// Has a refusal looked into while it matters to other rows whose fault it is; that for want of
    /// rights is no contact's.
    private mutating func diagnosed(
        _ decision: RowLife.Decision?, _ answer: CallAnswer
    ) -> RowLife.Decision? {
        let row = answer.call.row
        guard ending == nil, case .end(let ending) = decision, ending.refusal != nil,
            !ending.isAccessDenied,
            var life = rows[row], canary.isOnTrial(life.request)
        else { return decision }
        defer { rows[row] = life }
        let wasKnown = life.knownEnd != nil
        let next = life.diagnose(ending, refusedAt: answer.finishedAt)
        // Its outcome is known, and counts before many more like it are sent.
        if !wasKnown, life.knownEnd != nil { failures.hear(ending.outcome) }
        return next
    }

    private mutating func perform(
        _ decision: RowLife.Decision, row: Int, finishedAt: Timestamp, at now: Instant,
        using rng: inout some RandomNumberGenerator
    ) {
        switch decision {
        case .end(let ending):
            settle(RowEnd(row: row, ending: ending, at: finishedAt), at: now)
        case .stopRun(let failure):
            letGo(row, at: now)
            end(.credentials(failure), at: now)
        case .call where ending != nil:
            letGo(row, at: now)
        case .call(let operation, .none):
            lanes[lane(of: row)].queues[operation]?.append(row)
        case .call(let operation, .throttled):
            lanes[lane(of: row)].queues[operation]?.takeBack(row)
        case .call(let operation, .backoff(let failures, let least)):
            let wait = max(options.retry.wait(afterFailure: failures, using: &rng), least)
            waiting.insert(
                WaitingRow(until: now.advanced(by: wait), row: row, operation: operation))
        }
    }

    /// Gives rows their outcomes, but for refusals for want of rights at the start of a run: while
    /// every call gets one, the fault is the role's and not the rows'.
    private mutating func settle(_ end: RowEnd, at now: Instant) {
        settle(opening.hear(end), at: now)
        if let life = rows[end.row] { canary.heard(end.row, of: life.request, nil) }
        releaseCanary()
        if failures.exceeds(options.failuresMax) { self.end(.failures(failures), at: now) }
        // After the end nothing is held back: no call is to come that could tell.
        if ending != nil { for row in opening.removeAll() { letGo(row, at: now) } }
    }

    mutating func settle(_ ends: [RowEnd], at now: Instant) {
        for end in ends {
            lanes[lane(of: end.row)].pending -= 1
            guard let life = removed(end.row) else { continue }
            if life.knownEnd == nil { failures.hear(end.ending.outcome) }
            hear(end, of: life.request)
            batch.add(RowOutcome(end), at: now)
        }
    }

    /// Has the rows asked for anew that waited for the first of their group.
    mutating func releaseCanary() {
        let released = canary.released()
        guard lanes.count > 1 else {
            lanes[0].queues[.transferContact]?.prepend(released)
            return
        }
        for row in released.reversed() {
            lanes[lane(of: row)].queues[.transferContact]?.prepend([row])
        }
    }

    private mutating func hear(_ end: RowEnd, of request: TransferRequest) {
        let known = canary.held.count
        canary.heard(end.row, of: request, end.ending)
        for group in canary.held.dropFirst(known) {
            batch.note(RunEvent(at: end.at, kind: RunEvent.heldBack, detail: group.words))
        }
        progress.held = canary.held
    }

    private mutating func count(_ answer: CallAnswer) {
        calls.count(answer)
        guard answer.call.operation == .transferContact else { return }
        progress.calls += 1
        if case .throttled = answer.failure?.advice { progress.throttled += 1 }
    }

    /// Ends the run where each call has met a fault for too long, and not just those of some rows.
    private mutating func noteSilence(_ failure: TransferFailure?, at now: Instant) {
        guard !progress.pause.isOn, let failure, case .retry = failure.advice else {
            silentSince = nil
            progress.silence = nil
            return
        }
        let since = silentSince ?? now
        silentSince = since
        let silence = RunProgress.Silence(failure: failure, lasts: since.duration(to: now))
        progress.silence = silence
        if lanes.contains(where: \.queues.isAnyDown), silence.lasts >= options.unreachableMax {
            end(.unreachable(failure), at: now)
        }
    }
}

/// Watches the first calls of a run for a role that may do nothing.
struct OpeningCheck: Sendable {
    /// Refusals that are held back; they are the rows' own fault once any call gets through.
    private(set) var held: [RowEnd] = []
    private var isOver = false

    /// Calls that must all be refused before the run is stopped.
    static let callsMax = 10

    /// Takes a row's end; returns those that can be settled now.
    mutating func hear(_ end: RowEnd) -> [RowEnd] {
        if isOver { return [end] }
        guard end.ending.isAccessDenied else { return open() + [end] }
        held.append(end)
        return []
    }

    /// Hears that a call got through; returns the ends that were held back.
    mutating func open() -> [RowEnd] {
        isOver = true
        defer { held = [] }
        return held
    }

    /// The refusal that all calls got; nil where some got through, or too few were made.
    mutating func denial(isLast: Bool) -> TransferFailure? {
        guard !isOver, let first = held.first?.ending, isLast || held.count >= Self.callsMax
        else { return nil }
        return TransferFailure(
            code: first.code ?? "AccessDeniedException", message: first.message ?? "",
            httpStatus: 403, requestID: first.requestID, advice: .accessDenied)
    }

    /// Forgets what is held back; the rows stay pending.
    mutating func removeAll() -> [Int] {
        defer { held = [] }
        return held.map(\.row)
    }
}

extension CallAnswer {
    /// Whether it tells that the role may transfer, also where this contact was not.
    fileprivate var showsRights: Bool {
        guard case .transfer(let result) = value else { return false }
        switch result {
        case .success: return true
        case .failure(let failure): return [.permanent, .lookUp].contains(failure.advice)
        }
    }
}

/// A row's end as its last call brought it.
struct RowEnd: Sendable {
    var row: Int
    var ending: RowLife.Ending
    var at: Timestamp
}

extension RowOutcome {
    fileprivate init(_ end: RowEnd) {
        self.init(
            row: end.row, outcome: end.ending.outcome, code: end.ending.code,
            message: end.ending.message, newContact: end.ending.newContact,
            requestID: end.ending.requestID, at: end.at)
    }
}

extension CallRecord {
    fileprivate init(_ answer: CallAnswer, isOfService: Bool) {
        self.init(
            row: answer.call.row, operation: answer.call.operation, startedAt: answer.startedAt,
            finishedAt: answer.finishedAt, duration: answer.duration, failure: answer.failure,
            requestID: answer.requestID)
        if isOfService { isAttempt = false }
    }
}
