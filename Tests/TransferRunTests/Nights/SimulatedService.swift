import TestSupport
import TransferCore

/// Amazon Connect as a run meets it, in simulated time: contacts, tokens, quotas and faults.
struct SimulatedService {
    struct Contact {
        enum Standing: Hashable { case active, ended, missing, denied }

        var standing: Standing
        var queue: QueueID
        /// When it did, by the true time.
        var endedAt: Timestamp?
        /// Who has taken it from its queue.
        var user: UserID?
        var channel = "TASK"
        /// Transfers that brought it where it is.
        var transfersBefore = 0
        var effects: [Effect] = []
        /// Every token that came with it.
        var tokens: Set<ClientToken> = []
        /// Transfers that were neither throttled nor stopped on their way.
        var counted = 0
        /// Whether an answer left open what became of a transfer.
        var wasAmbiguous = false
        /// Whether it was where its row expects it when it was last looked at.
        var wasHome = false
        var othersDeed: OthersDeed?
        var isDoneByOthers = false
        /// What somebody else's transfer made of it.
        var othersChild: ChildContact?

        var isMovable: Bool { standing == .active && channel == "TASK" && transfersBefore < 11 }
    }

    /// A transfer that happened, by the true time.
    struct Effect {
        var child: ChildContact
        var token: ClientToken
        /// Whether its contact was where its row expects it when it was last looked at.
        var wasHome: Bool

        var newContact: ContactID { child.id }
        var at: Timestamp { child.at }
    }

    var contacts: [ContactID: Contact] = [:]
    /// Those that came from them.
    var children: [ContactID: ChildContact] = [:]
    /// Flows, and queues of one flow each, that take no contact.
    var wrongFlows: [ContactFlowID: TransferFailure] = [:]
    var wrongQueues: [QueueID: TransferFailure] = [:]
    var faults: Faults
    var rng: SplitMix64
    var figures = NightFigures()
    private var buckets: [RowOperation: TokenBucket] = [:]
    let rate: Double
    /// How long a token is known; after that the same transfer takes effect once more.
    private let tokenAge: Duration

    init(rate: Double, tokenAge: Duration, faults: Faults, rng: SplitMix64) {
        self.rate = rate
        self.tokenAge = tokenAge
        self.faults = faults
        self.rng = rng
    }

    mutating func beginRun() {
        for operation in RowOperation.allCases {
            buckets[operation] = TokenBucket(rate: rate, capacity: max(1, rate * 2), at: .start)
        }
    }

    mutating func transfer(
        _ request: TransferRequest, at now: Instant, _ clock: NightClock
    ) -> Result<Answer<AcceptedTransfer>, TransferFailure> {
        contacts[request.contact]?.tokens.insert(request.token)
        letOthersAct(on: request.contact, at: clock.time(at: now))
        if let failure = refusal(of: .transferContact, at: now) { return .failure(failure) }
        contacts[request.contact]?.counted += 1
        if faults.deniesAll { return .failure(befell(.deniedRun, .denied)) }
        let result = takeEffect(of: request, at: now, clock)
        if case .failure(let failure) = result {
            switch failure.advice {
            case .lookUp, .retry: contacts[request.contact]?.wasAmbiguous = true
            default: break
            }
        }
        return result
    }

    private mutating func takeEffect(
        of request: TransferRequest, at now: Instant, _ clock: NightClock
    ) -> Result<Answer<AcceptedTransfer>, TransferFailure> {
        let spell = faults.spell(at: now)
        if rng.happens(faults.lostBefore) { return .failure(lost(.lostBefore)) }
        let isDown = spell == .down || spell == .transfersDown
        // Most of what fails then has no effect.
        if isDown, rng.happens(0.9) {
            return .failure(lost(spell == .down ? .spellDown : .spellTransfersDown))
        }
        if rng.happens(faults.conflict) { return .failure(befell(.conflict, .conflict)) }
        if let refusal = refusal(of: request) { return .failure(refusal) }
        guard var contact = contacts[request.contact] else { return .failure(.missing) }
        let known = contact.effects.first {
            $0.token == request.token && clock.time(at: now) - $0.at <= tokenAge
        }
        if known != nil, rng.happens(faults.refusedReplay) {
            return .failure(befell(.refusedReplay, .ended))
        }
        let effect = known ?? effect(of: request, on: contact, at: clock.time(at: now))
        if known == nil {
            if !contact.effects.isEmpty { figures.count(.oldToken) }
            contact.effects.append(effect)
        }
        contacts[request.contact] = contact
        if isDown || rng.happens(faults.lostAfter) { return .failure(lost(.lostAfter)) }
        if spell == .garbled { return .failure(befell(.spellGarbled, .unreadable)) }
        if rng.happens(faults.unreadable) { return .failure(befell(.unreadable, .unreadable)) }
        return .success(Answer(AcceptedTransfer(newContact: effect.newContact), requestID: "r"))
    }

    private mutating func effect(
        of request: TransferRequest, on contact: Contact, at time: Timestamp
    ) -> Effect {
        let id = ContactID(valid: "\(request.contact)+\(contact.effects.count + 1)")
        let queue =
            if case .queue(let queue) = request.destination { queue } else { Self.elsewhere }
        return Effect(
            child: child(id, in: queue, at: time), token: request.token, wasHome: contact.wasHome)
    }

    /// What the service has against a request, whenever it comes.
    private mutating func refusal(of request: TransferRequest) -> TransferFailure? {
        if let failure = wrongGroup(of: request) { return befell(.wrongGroup, failure) }
        guard let contact = contacts[request.contact], contact.standing != .missing else {
            return befell(.ofContact, .missing)
        }
        if contact.standing == .denied { return befell(.ofContact, .denied) }
        return contact.isMovable ? nil : befell(.ofContact, .ended)
    }

    /// Why no transfer by a request's flow, or to its queue, is taken; nil where they are.
    func wrongGroup(of request: TransferRequest) -> TransferFailure? {
        if let failure = wrongFlows[request.flow] { return failure }
        if case .queue(let queue) = request.destination { return wrongQueues[queue] }
        return nil
    }

    mutating func describe(
        _ id: ContactID, at now: Instant, _ clock: NightClock
    ) -> Result<Answer<ContactState>, TransferFailure> {
        if let failure = readFailure(.describeContact, at: now) { return .failure(failure) }
        let time = clock.time(at: now)
        if let child = children[id] {
            return .success(Answer(state(of: child, at: time), requestID: "r"))
        }
        letOthersAct(on: id, at: time)
        guard let contact = contacts[id], contact.standing != .missing else {
            return .failure(.missing)
        }
        let hasEnded = contact.standing == .ended || !contact.effects.isEmpty
        let endedAt = contact.effects.first?.at ?? contact.endedAt ?? time
        var state = ContactState(
            channel: contact.channel, queue: contact.queue, user: contact.user,
            disconnectedAt: hasEnded ? clock.wall(of: endedAt) : nil,
            saidAt: clock.wall(of: time))
        if contact.transfersBefore > 0 {
            state.initial = Self.ancestor(of: id, contact.transfersBefore)
            state.previous = Self.ancestor(of: id, 1)
        }
        contacts[id]?.wasHome = !hasEnded && contact.queue.text == "home" && contact.user == nil
        return .success(Answer(state, requestID: "r"))
    }

    /// The service's times are in whole seconds; its client tells them by its own machine's clock.
    mutating func associatedContacts(
        of id: ContactID, at now: Instant, _ clock: NightClock
    ) -> Result<Answer<[AssociatedContact]>, TransferFailure> {
        if let failure = readFailure(.listAssociatedContacts, at: now) { return .failure(failure) }
        let time = clock.time(at: now)
        letOthersAct(on: id, at: time)
        let children = listedChildren(of: id, at: time).map { child in
            AssociatedContact(
                id: child.id, previous: id,
                initiatedAt: clock.wall(
                    of: Timestamp(milliseconds: child.at.milliseconds / 1000 * 1000)))
        }
        let count = contacts[id]?.transfersBefore ?? 0
        let ancestors = (0...count).map { distance in
            AssociatedContact(
                id: Self.ancestor(of: id, distance),
                previous: distance == count ? nil : Self.ancestor(of: id, distance + 1),
                initiatedAt: nil)
        }
        return .success(Answer(ancestors + children, requestID: "r"))
    }

    private static func ancestor(of id: ContactID, _ distance: Int) -> ContactID {
        distance == 0 ? id : ContactID(valid: "\(id)-\(distance)")
    }

    private mutating func readFailure(
        _ operation: RowOperation, at now: Instant
    ) -> TransferFailure? {
        if let failure = refusal(of: operation, at: now) { return failure }
        if faults.deniesAll { return befell(.deniedRun, .denied) }
        if faults.deniesReads { return befell(.deniedRead, .denied) }
        if rng.happens(faults.lostBefore) { return lost(.lostBefore) }
        return switch faults.spell(at: now) {
        case .down: lost(.spellDown)
        case .readsDown: lost(.spellReadsDown)
        default: nil
        }
    }

    /// What is refused before any of it takes effect.
    private mutating func refusal(of operation: RowOperation, at now: Instant) -> TransferFailure? {
        let spell = faults.spell(at: now)
        if spell == .unreachable { return befell(.spellUnreachable, .notSent) }
        if rng.happens(faults.notSent) { return befell(.unsent, .notSent) }
        if let end = faults.credentialsEndAt, now >= end { return befell(.credentials, .expired) }
        guard let trouble = throttling(of: operation, at: now) else { return nil }
        return befell(trouble, .throttled(&rng))
    }

    private mutating func throttling(of operation: RowOperation, at now: Instant) -> Trouble? {
        if buckets[operation]?.take(at: now) != .now { return .overQuota }
        switch faults.spell(at: now) {
        case .storm: return .spellStorm
        case .readStorm where operation == .describeContact: return .spellReadStorm
        default: return rng.happens(faults.throttled) ? .throttled : nil
        }
    }

    private mutating func lost(_ trouble: Trouble) -> TransferFailure {
        befell(trouble, .lost(&rng))
    }

    private mutating func befell(
        _ trouble: Trouble, _ failure: TransferFailure
    ) -> TransferFailure {
        figures.count(trouble)
        return failure
    }
}
