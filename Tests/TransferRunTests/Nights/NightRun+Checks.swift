import TransferCore
import TransferLedger
import TransferRun

/// What was seen of a run: what it may do follows from it.
struct Witness {
    /// The last moment at which the run did anything.
    var actedAt = Instant.start
    /// The last answer that was no fault of service or network, or the end of a pause.
    var heardAt = Instant.start
    fileprivate var silenceMax = Duration.zero
    var isPaused = false
    /// Why nothing more may be sent; nil where something may.
    var sendsNoMore: String?
    fileprivate var inFlight: Set<Int> = []
    /// Rows that an earlier run had claimed.
    fileprivate var inDoubt: Set<Int> = []
    /// Rows whose transfer is under way and was in no doubt before.
    fileprivate var newlyInDoubt: Set<Int> = []
    /// When the contacts of rows were last looked at, and when they were seen to be where the rows
    /// expect them.
    fileprivate var described: [Int: Instant] = [:]
    fileprivate var guarded: [Int: Instant] = [:]
    /// Rows whose effect was told, and the new contact.
    fileprivate var proven: [Int: ContactID] = [:]
    fileprivate var refusals: [SpentGroup: Int] = [:]
    /// Rows of no doubt whose transfer was refused for good.
    fileprivate var refused: Set<Int> = []
    fileprivate var outcomes: [Outcome: Int] = [:]
    fileprivate var wasRefusedCredentials = false
}

/// A flow, or a flow to one destination.
struct SpentGroup: Hashable {
    var flow: ContactFlowID
    var destination: Destination?
}

extension NightRun {
    /// The most transfers of a flow, and of one destination, that may be refused before the rest is
    /// held back.
    private static let canaryOfFlow = 10
    private static let canaryOfDestination = 8
    /// Refusals for want of rights that a run keeps to itself at its start.
    private static let openingMax = 10

    mutating func hear(_ claimed: [ClaimedRow]) {
        for row in claimed {
            if row.inDoubtSince != nil {
                witness.inDoubt.insert(row.row)
            } else {
                night.inDoubtSince[row.row] = nil
            }
        }
    }

    mutating func checkCall(_ call: RowCall) {
        let row = night.ledger.rows[call.row - 1]
        check(row.claimedAt != nil, "row \(call.row) is sent unclaimed")
        check(row.outcome == .pending, "row \(call.row) is sent as \(row.outcome)")
        check(witness.inFlight.insert(call.row).inserted, "row \(call.row) is in flight twice")
        let (inFlight, sendsNoMore) = (witness.inFlight.count, witness.sendsNoMore)
        check(inFlight <= night.options.concurrency, "\(inFlight) calls are in flight")
        check(!witness.isPaused, "row \(call.row) is sent in a pause")
        check(sendsNoMore == nil, "sent although \(sendsNoMore ?? "")")
        checkTime(of: call)
        if call.operation == .transferContact { checkTransfer(call, of: row) }
    }

    private mutating func checkTime(of call: RowCall) {
        if let stopsAt = night.options.stopsAt {
            check(wall < stopsAt, "row \(call.row) is sent after the time to stop")
        }
        guard let window = night.options.window, let zone = night.zone else { return }
        let minute = (Int(wall.milliseconds / 1000) + zone.secondsAhead(at: wall)) / 60 % 1440
        let (opens, closes) = (window.opensAt.minutes, window.closesAt.minutes)
        let isOpen =
            opens < closes
            ? (opens..<closes).contains(minute) : !(closes..<opens).contains(minute)
        check(isOpen, "row \(call.row) is sent at minute \(minute), outside of \(window)")
    }

    private mutating func checkTransfer(_ call: RowCall, of row: SimulatedLedger.Row) {
        check(
            row.mustBeAt == nil || isFresh(witness.guarded[call.row], for: call.row),
            "row \(call.row) is sent, and its guard was not seen to hold")
        let isVerified = night.options.verifies && !witness.inDoubt.contains(call.row)
        check(
            !isVerified || isFresh(witness.described[call.row], for: call.row),
            "row \(call.row) is sent unverified")
        let time = night.clock.time(at: now)
        let age = time - (night.inDoubtSince[call.row] ?? time)
        let safeAge = night.options.retry.tokenSafeAge + (night.hasJumps ? Night.jumpsSum : .zero)
        check(age <= safeAge, "row \(call.row) is sent blind, after \(age)")
        if night.inDoubtSince[call.row] == nil {
            night.inDoubtSince[call.row] = time
            witness.newlyInDoubt.insert(call.row)
        }
    }

    /// Whether a look was less than a minute ago, by a clock that nobody set. A row in doubt is looked
    /// at only once it is known to have had no effect.
    private func isFresh(_ seenAt: Instant?, for row: Int) -> Bool {
        guard let seenAt else { return false }
        return night.hasJumps || night.inDoubtSince[row] != nil
            || seenAt.duration(to: now) <= .seconds(60)
    }

    /// Notes what the run is told.
    mutating func hear(_ answer: CallAnswer) {
        let (row, request) = (answer.call.row, answer.call.request)
        witness.inFlight.remove(row)
        var failure: TransferFailure?
        switch answer.value {
        case .transfer(.success(let accepted)): witness.proven[row] = accepted.value.newContact
        case .describe(.success(let found)): hear(found.value, of: answer.call)
        case .lookUp(.success(let found)):
            let effect = night.service.contacts[request.contact]?.effects.first
            if !found.value.contains(where: { $0.id == effect?.newContact }) {
                night.inDoubtSince[row] = nil
            }
        case .transfer(.failure(let met)), .describe(.failure(let met)), .lookUp(.failure(let met)):
            failure = met
        }
        switch failure?.advice {
        case .retry(mayHaveTakenEffect: true, _), .lookUp: break
        default: if witness.newlyInDoubt.contains(row) { night.inDoubtSince[row] = nil }
        }
        witness.newlyInDoubt.remove(row)
        switch failure?.advice {
        case .retry:
            witness.silenceMax = max(witness.silenceMax, witness.heardAt.duration(to: now))
            return
        case .credentials:
            witness.wasRefusedCredentials = true
            witness.sendsNoMore = "the credentials were refused"
        case .permanent:
            countRefusal(of: answer)
            noteRefusal(of: answer)
        // Those for want of rights may be kept back at first, in case all calls get one.
        case .accessDenied: countRefusal(of: answer, kept: Self.openingMax)
        default: break
        }
        witness.heardAt = now
    }

    /// A contact that came from the row's is proof where our own transfer made it, and it is seen to
    /// be where that was to bring it.
    private mutating func hear(_ state: ContactState, of call: RowCall) {
        guard call.contact == call.request.contact else {
            let effect = night.service.contacts[call.request.contact]?.effects.first
            if effect?.newContact == call.contact, state.hasReached(call.request.destination) {
                witness.proven[call.row] = call.contact
            }
            return
        }
        witness.described[call.row] = now
        if state.queue?.text == "home", state.user == nil { witness.guarded[call.row] = now }
    }

    /// Counts what was spent on a flow or queue that takes nothing. A row in doubt is sent all the
    /// same, since only its token tells what became of it; one whose contact cannot be moved says
    /// nothing of its flow.
    private mutating func countRefusal(of answer: CallAnswer, kept: Int = 0) {
        let (row, request) = (answer.call.row, answer.call.request)
        guard answer.call.operation == .transferContact, !witness.inDoubt.contains(row),
            night.service.wrongGroup(of: request) != nil,
            let contact = night.service.contacts[request.contact], contact.isMovable,
            contact.othersDeed == nil, request.destination != .queue(contact.queue)
        else { return }
        spend(
            SpentGroup(flow: request.flow, destination: request.destination),
            most: Self.canaryOfDestination + kept)
        guard night.service.wrongFlows[request.flow] != nil else { return }
        spend(SpentGroup(flow: request.flow), most: Self.canaryOfFlow + kept)
    }

    private mutating func noteRefusal(of answer: CallAnswer) {
        let (row, contact) = (answer.call.row, answer.call.request.contact)
        guard answer.call.operation == .transferContact, !witness.inDoubt.contains(row),
            night.service.contacts[contact]?.wasAmbiguous == false
        else { return }
        witness.refused.insert(row)
    }

    private mutating func spend(_ group: SpentGroup, most: Int) {
        let count = witness.refusals[group, default: 0] + 1
        witness.refusals[group] = count
        check(count <= most, "\(count) transfers were spent on \(group)")
    }

    /// An outcome is what the service told, where it told anything.
    mutating func checkOutcomes(of batch: RunBatch) {
        for outcome in batch.outcomes {
            witness.outcomes[outcome.outcome, default: 0] += 1
            let proof = witness.proven[outcome.row]
            if outcome.outcome == .transferred {
                check(proof != nil, "row \(outcome.row) is transferred without proof")
                check(proof == outcome.newContact, "row \(outcome.row) has another new contact")
            } else {
                check(
                    proof == nil || night.hasJumps,
                    "row \(outcome.row) is \(outcome.outcome), and its effect was seen")
            }
        }
    }

    mutating func checkTotals() {
        let (told, kept) = (machine.progress.totals, night.ledger.totals)
        check(told == kept, "the totals are \(told), not \(kept)")
        check(kept.rows == night.ledger.rows.count, "the totals do not add up: \(kept)")
    }

    mutating func checkEnd(_ ending: RunEnding, isAtWork: Bool) {
        check(!isAtWork, "ended with something under way")
        checkTotals()
        for row in witness.refused {
            let outcome = night.ledger.rows[row - 1].outcome
            check(outcome != .pending, "row \(row) was refused for good and is pending")
        }
        let amiss = (witness.outcomes[.failed] ?? 0) + (witness.outcomes[.uncertain] ?? 0)
        let pending = night.ledger.totals[.pending]
        switch ending {
        case .finished: check(pending == 0, "finished with \(pending) rows pending")
        case .heldBack: checkHeldRows()
        case .failures:
            check(night.options.failuresMax != nil, "too many failures, and any number may be")
            check(amiss > 0, "too many failures, and there were none")
        case .timeIsUp: check(night.options.stopsAt != nil, "stopped at no time")
        case .credentials: check(witness.wasRefusedCredentials, "no credentials were refused")
        case .accessDenied:
            // What is under way then may end in another way.
            let outcomes = witness.outcomes
            check(
                outcomes.values.reduce(0, +) < night.options.concurrency,
                "denied all, and there were \(outcomes)")
        case .unreachable:
            let silence = witness.silenceMax
            check(
                silence >= night.options.unreachableMax, "unreachable after \(silence) of silence")
        case .interrupted:
            check(witness.sendsNoMore != nil, "interrupted by nobody")
        }
        // What is under way when the limit is passed, and what the opening held back, may add to it.
        if case .rows(let most) = night.options.failuresMax {
            check(
                amiss <= most + 1 + night.options.concurrency + Self.openingMax,
                "\(amiss) rows went amiss, and \(most) may")
        }
    }

    private mutating func checkHeldRows() {
        let groups = machine.progress.held.map(\.group)
        check(night.ledger.totals[.pending] > 0, "held back what was done")
        for (index, row) in night.ledger.rows.enumerated() where row.outcome == .pending {
            let isHeld = groups.contains {
                $0.flow == row.request.flow
                    && ($0.destination == nil || $0.destination == row.request.destination)
            }
            check(isHeld, "row \(index + 1) is pending, and its group is not held back")
        }
    }
}
