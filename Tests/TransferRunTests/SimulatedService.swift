import TestSupport
import TransferCore

/// Amazon Connect as a run meets it, in simulated time: contacts, tokens, quotas and faults.
struct SimulatedService {
    struct Contact {
        enum Standing: Hashable { case active, ended, missing, denied }

        var standing: Standing
        var queue: QueueID
        var effects: [Effect] = []
        /// Every token that came with it.
        var tokens: Set<ClientToken> = []
        /// Transfers that were neither throttled nor stopped on their way.
        var counted = 0
        /// Whether an answer left open what became of a transfer.
        var wasAmbiguous = false
        var wasDescribedTonight = false
    }

    /// A transfer that happened.
    struct Effect {
        var newContact: ContactID
        var token: ClientToken
        var at: Timestamp
    }

    var contacts: [ContactID: Contact] = [:]
    var faults: Faults
    var rng: SplitMix64
    private var buckets: [RowOperation: TokenBucket] = [:]
    private let rate: Double

    /// Longer than a run trusts a token, and then it is forgotten: a blind second transfer of an
    /// old row would take effect.
    private static let tokenAge = Duration.seconds(25 * 60 * 60)

    init(rate: Double, faults: Faults, rng: SplitMix64) {
        self.rate = rate
        self.faults = faults
        self.rng = rng
    }

    mutating func beginNight() {
        for operation in RowOperation.allCases {
            buckets[operation] = TokenBucket(rate: rate, capacity: max(1, rate * 2), at: .start)
        }
        for contact in contacts.keys { contacts[contact]?.wasDescribedTonight = false }
    }

    mutating func transfer(
        _ request: TransferRequest, at now: Instant, wall: Timestamp
    ) -> Result<Answer<AcceptedTransfer>, TransferFailure> {
        contacts[request.contact]?.tokens.insert(request.token)
        if let failure = refusal(of: .transferContact, at: now) { return .failure(failure) }
        contacts[request.contact]?.counted += 1
        if faults.deniesAll { return .failure(.denied) }
        let result = takeEffect(of: request, at: now, wall: wall)
        if case .failure(let failure) = result {
            switch failure.advice {
            case .lookUp, .retry: contacts[request.contact]?.wasAmbiguous = true
            default: break
            }
        }
        return result
    }

    private mutating func takeEffect(
        of request: TransferRequest, at now: Instant, wall: Timestamp
    ) -> Result<Answer<AcceptedTransfer>, TransferFailure> {
        if rng.happens(faults.lostBefore) || faults.isOut(at: now) { return .failure(.lost(&rng)) }
        if rng.happens(faults.conflict) { return .failure(.conflict) }
        guard var contact = contacts[request.contact] else { return .failure(.missing) }
        let known = contact.effects.first {
            $0.token == request.token && wall - $0.at < Self.tokenAge
        }
        switch contact.standing {
        case .active: break
        case .ended: return .failure(.ended)
        case .missing: return .failure(.missing)
        case .denied: return .failure(.denied)
        }
        if known != nil, rng.happens(faults.refusedReplay) { return .failure(.ended) }
        let effect =
            known
            ?? Effect(
                newContact: ContactID(valid: "\(request.contact)+\(contact.effects.count + 1)"),
                token: request.token, at: wall)
        if known == nil { contact.effects.append(effect) }
        contacts[request.contact] = contact
        if rng.happens(faults.lostAfter) { return .failure(.lost(&rng)) }
        if rng.happens(faults.unreadable) { return .failure(.unreadable) }
        return .success(Answer(AcceptedTransfer(newContact: effect.newContact), requestID: "r"))
    }

    mutating func describe(
        _ id: ContactID, at now: Instant, wall: Timestamp
    ) -> Result<Answer<ContactState>, TransferFailure> {
        if let failure = readFailure(.describeContact, at: now) { return .failure(failure) }
        guard let contact = contacts[id], contact.standing != .missing else {
            return .failure(.missing)
        }
        contacts[id]?.wasDescribedTonight = true
        let hasEnded = contact.standing == .ended || !contact.effects.isEmpty
        return .success(
            Answer(
                ContactState(queue: contact.queue, disconnectedAt: hasEnded ? wall : nil),
                requestID: "r"))
    }

    /// The service's times are in whole seconds.
    mutating func associatedContacts(
        of id: ContactID, at now: Instant
    ) -> Result<Answer<[AssociatedContact]>, TransferFailure> {
        if let failure = readFailure(.listAssociatedContacts, at: now) { return .failure(failure) }
        let children = (contacts[id]?.effects ?? []).map { effect in
            AssociatedContact(
                id: effect.newContact, previous: id,
                initiatedAt: Timestamp(milliseconds: effect.at.milliseconds / 1000 * 1000))
        }
        let own = AssociatedContact(id: id, previous: nil, initiatedAt: nil)
        return .success(Answer([own] + children, requestID: "r"))
    }

    private mutating func readFailure(
        _ operation: RowOperation, at now: Instant
    ) -> TransferFailure? {
        if let failure = refusal(of: operation, at: now) { return failure }
        if faults.deniesAll || faults.deniesReads { return .denied }
        return rng.happens(faults.lostBefore) || faults.isOut(at: now) ? .lost(&rng) : nil
    }

    /// What is refused before any of it takes effect.
    private mutating func refusal(of operation: RowOperation, at now: Instant) -> TransferFailure? {
        if faults.isOut(at: now), Bool.random(using: &rng) { return .notSent }
        if rng.happens(faults.notSent) { return .notSent }
        if let end = faults.credentialsEndAt, now >= end { return .expired }
        if buckets[operation]?.take(at: now) != .now || rng.happens(faults.throttled) {
            return .throttled(&rng)
        }
        return nil
    }
}
