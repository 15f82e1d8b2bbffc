/// An instance of Amazon Connect: what it knows, and the rules by which it changes.
///
/// A plain value: it reads no clock and draws no chance but from its own seed.
package struct ConnectState: Sendable {
    package let world: World
    /// When the instance was started first; a restart on kept state does not change it.
    package let start: Moment
    let queues: [SimulatedID: WorldQueue]
    let users: [SimulatedID: WorldUser]
    let flows: [SimulatedID: WorldFlow]
    private(set) var contacts: [SimulatedID: ContactRecord] = [:]
    /// The contacts of each tree, oldest first; trees of one contact are left out, since most are.
    private var trees: [SimulatedID: [SimulatedID]] = [:]
    private var tokens = TokenRegister()
    private var generator: SeededGenerator

    /// Starts an instance with the contacts of a world.
    package init(_ world: World, at start: Moment) {
        self.world = world
        self.start = start
        queues = Dictionary(uniqueKeysWithValues: world.queues.map { ($0.id, $0) })
        users = Dictionary(uniqueKeysWithValues: world.users.map { ($0.id, $0) })
        flows = Dictionary(uniqueKeysWithValues: world.flows.map { ($0.id, $0) })
        // Another stream than the world's, or new contacts would get the ids of old ones.
        generator = SeededGenerator(seed: world.options.seed, call: .max)
        contacts.reserveCapacity(world.contacts.count * 2)
        for contact in world.contacts {
            for record in contact.records(startingAt: start) { add(record) }
        }
    }

    /// Transfers a contact; a repeated client token changes nothing and gets its answer again.
    package mutating func transfer(
        _ parameters: TransferParameters, at now: Moment
    ) throws(Refusal) -> (transfer: Transfer, isRepeated: Bool) {
        let isMain = try hasThings(instance: parameters.instance)
        switch tokens.finding(for: parameters, at: now) {
        case .unknown: break
        case .repeated(let transfer): return (transfer, true)
        case .taken:
            throw Refusal(
                .idempotency, "The client token was used before, with other parameters.")
        }

        guard isMain else { throw Self.notFound("contact", parameters.contact) }
        var old = try transferableContact(parameters.contact)
        let flow = try usableFlow(parameters.flow)
        let place = try place(parameters.destination, flow: flow)
        var new = old.transferred(to: place, as: SimulatedID(using: &generator), at: now)
        if flow.landing == .ended {
            new.end = .init(at: now, reason: UndocumentedAnswer.endedByFlow)
        }
        old.endTransferred(at: now)
        contacts[old.id] = old
        add(new)
        let transfer = Transfer(
            parameters: parameters, contact: old.id, newContact: new.id, place: place, at: now)
        tokens.keep(transfer)
        return (transfer, false)
    }

    /// Says what is known of a contact.
    package func contact(
        _ id: String, in instance: String
    ) throws(Refusal) -> ContactRecord {
        guard try hasThings(instance: instance) else { throw Self.notFound("contact", id) }
        return try record(id)
    }

    /// The contacts of a contact's tree, oldest first, itself among them.
    package func associatedContacts(
        of id: String, in instance: String
    ) throws(Refusal) -> [ContactRecord] {
        let contact = try contact(id, in: instance)
        return (trees[contact.root] ?? [contact.root]).compactMap { contacts[$0] }
    }

    /// Ends a contact.
    package func stop(
        _ id: String, in instance: String, reason: String?, at now: Moment
    ) throws(Refusal) -> ContactChange {
        let contact = try contactToStop(id, in: instance)
        if contact.channel == .voice, contact.previous != nil {
            throw Refusal(
                .invalidRequest, "The contact \(id) is a voice contact that was transferred.")
        }
        guard contact.end == nil else {
            throw Refusal(UndocumentedAnswer.stoppedTwice, "The contact \(id) is not active.")
        }
        return ContactChange(
            .stopped(reason: reason ?? UndocumentedAnswer.stopReason), of: contact.id, at: now)
    }

    /// Gives a contact that waits in a queue to a user.
    package func associate(
        _ id: String, in instance: String, with user: String, at now: Moment
    ) throws(Refusal) -> ContactChange {
        let contact = try contact(id, in: instance)
        let user = try self.user(user)
        guard contact.channel != .voice, contact.end == nil, contact.enqueuedAt != nil,
            contact.taken == nil
        else {
            throw Refusal(UndocumentedAnswer.notQueued, "The contact \(id) waits in no queue.")
        }
        return ContactChange(.taken(by: user.id), of: contact.id, at: now)
    }

    /// Loses a contact, as the service does after two years.
    package func forget(_ id: String, at now: Moment) throws(Refusal) -> ContactChange {
        ContactChange(.forgotten, of: try record(id).id, at: now)
    }

    /// Makes a change; one of a contact that is not there changes nothing.
    package mutating func apply(_ change: ContactChange) {
        switch change.kind {
        case .stopped(let reason):
            contacts[change.contact]?.end = .init(at: change.at, reason: reason)
        case .taken(let user):
            contacts[change.contact] = contacts[change.contact]?.taken(by: user, at: change.at)
        case .forgotten: contacts[change.contact] = nil
        }
    }

    private func contactToStop(
        _ id: String, in instance: String
    ) throws(Refusal) -> ContactRecord {
        do {
            return try contact(id, in: instance)
        } catch
            where error.exception == .resourceNotFound && SimulatedID(instance) == world.instance
        {
            throw Refusal(.contactNotFound, error.message)
        }
    }

    private mutating func add(_ record: ContactRecord) {
        contacts[record.id] = record
        guard record.previous != nil else { return }
        trees[record.root, default: [record.root]].append(record.id)
    }
}

// The rules of TransferContact (API reference; the exceptions that it leaves open are those of
// ``UndocumentedAnswer``).
extension ConnectState {
    private func record(_ id: String) throws(Refusal) -> ContactRecord {
        guard let key = SimulatedID(id), let record = contacts[key] else {
            throw Self.notFound("contact", id)
        }
        return record
    }

    private func transferableContact(_ id: String) throws(Refusal) -> ContactRecord {
        let contact = try record(id)
        guard contact.channel.canBeTransferred else {
            throw Refusal(
                UndocumentedAnswer.wrongChannel,
                "The contact \(id) is a \(contact.channel.rawValue) contact. Only TASK and EMAIL "
                    + "contacts can be transferred.")
        }
        guard contact.end == nil else {
            throw Refusal(UndocumentedAnswer.contactEnded, "The contact \(id) is not active.")
        }
        guard contact.transfers < ServiceLimits.transfersPerChain else {
            throw Refusal(
                UndocumentedAnswer.tooManyTransfers,
                "The contact \(id) was transferred \(contact.transfers) times. "
                    + "A contact cannot be transferred more often.")
        }
        return contact
    }

    private func usableFlow(_ id: String) throws(Refusal) -> WorldFlow {
        let flow = try flow(id)
        guard flow.kind.carriesTransfers else {
            throw Refusal(
                UndocumentedAnswer.wrongFlowType,
                "The contact flow \(id) is of type \(flow.kind.rawValue), which carries no "
                    + "transfers.")
        }
        guard !flow.isArchived else {
            throw Refusal(UndocumentedAnswer.flowArchived, "The contact flow \(id) is archived.")
        }
        guard !flow.isDraft else {
            throw Refusal(
                UndocumentedAnswer.flowNotPublished,
                "The contact flow \(id) has not been published.")
        }
        return flow
    }

    private func place(
        _ destination: TransferParameters.Destination, flow: WorldFlow
    ) throws(Refusal) -> Place {
        let asked: Place =
            switch destination {
            case .queue(let id): .queue(try usableQueue(id))
            case .user(let id): .user(try user(id, mayBeARN: true).id)
            case .flowDecides: .queue(flow.ownQueue)
            }
        return switch flow.landing {
        case .asAsked: asked
        case .ownQueue: .queue(flow.ownQueue)
        case .nowhere, .ended: .flow
        }
    }

    private func usableQueue(_ id: String) throws(Refusal) -> SimulatedID {
        switch try queue(id) {
        case .standard(let queue) where queue.isDisabled:
            throw Refusal(UndocumentedAnswer.queueDisabled, "The queue \(id) is disabled.")
        case .standard(let queue): return queue.id
        case .agent:
            throw Refusal(
                UndocumentedAnswer.queueOfAgent,
                "The queue \(id) is an agent's. Name the agent in UserId.")
        }
    }
}
