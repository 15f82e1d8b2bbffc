/// What the ledger says of a row: what the service is held against.
package struct Claim: Hashable, Sendable {
    package var outcome: Outcome
    package var code: String?
    /// Nil where the row has none that could be asked for.
    package var contact: ContactID?
    /// Nil where the row names none, and the job neither.
    package var instance: InstanceID?
    /// The contact that the transfer made.
    package var newContact: ContactID?
    /// Nil in a row that was rejected.
    package var destination: Destination?
    /// When a transfer may have taken effect of which the ledger does not say so; nil where none can.
    package var inDoubt: SendingTime?

    package init(
        outcome: Outcome, code: String? = nil, contact: ContactID?, instance: InstanceID?,
        newContact: ContactID? = nil, destination: Destination? = nil,
        inDoubt: SendingTime? = nil
    ) {
        self.outcome = outcome
        self.code = code
        self.contact = contact
        self.instance = instance
        self.newContact = newContact
        self.destination = destination
        self.inDoubt = inDoubt
    }

    /// From the moment at which a row can have been sent first to the last one, by this machine's
    /// clock.
    package struct SendingTime: Hashable, Sendable {
        package var first: Timestamp
        package var last: Timestamp

        package init(first: Timestamp, last: Timestamp) {
            self.first = first
            self.last = last
        }
    }
}

extension Claim {
    /// Why there is nothing to ask for; nil where there is.
    var gap: String? {
        if code == RowCode.repeatedContact.rawValue {
            return "Its contact is an earlier row's too, which is the one that is asked for."
        }
        if contact == nil { return "The row has no contact that could be asked for." }
        return instance == nil ? "Neither the row nor the job names an instance." : nil
    }

    /// Whether the service knows no such contact by the ledger's word too, or the row was never
    /// meant to be sent.
    var saysNotFound: Bool {
        outcome == .rejected
            || outcome == .failed
                && [RowCode.contactNotFound.rawValue, "ResourceNotFoundException"].contains(code)
    }

    /// What a contact that came from this row's contact is to the row.
    func origin(of child: AssociatedContact, policy: RetryPolicy) -> Origin {
        guard let inDoubt, let initiated = child.initiatedAt,
            initiated - inDoubt.last <= policy.clockTolerance
        else { return .others }
        if inDoubt.first - initiated <= policy.clockTolerance { return .own }
        // A refusal is no doubt of its own: nearly always it was somebody else who came first.
        guard outcome != .failed, inDoubt.first - initiated <= policy.clockErrorMax else {
            return .others
        }
        return .unclear
    }

    /// Whose transfer made a contact, by the time at which it was made.
    enum Origin { case own, others, unclear }
}

extension ContactState {
    /// Whether the contact is, or was when it ended, where a transfer was to bring it.
    ///
    /// In a queue it is also when an agent has taken it from there; an agent's it is also while it
    /// waits in the queue of his own, whose id is his (connect-api.md, 3; `list-queues`).
    package func hasReached(_ destination: Destination) -> Bool {
        switch destination {
        case .queue(let id): queue == id
        case .user(let id):
            user == id || user == nil && (queue?.text == id.text || queue?.text == "agent/\(id)")
        case .flowDecides: queue != nil || user != nil
        }
    }
}

extension [AssociatedContact] {
    /// The contact that came from this one, the newest where there are several.
    func child(of contact: ContactID) -> AssociatedContact? {
        filter { $0.previous == contact && $0.id != contact }
            .max { ($0.initiatedAt?.milliseconds ?? 0) < ($1.initiatedAt?.milliseconds ?? 0) }
    }

    /// The last contact of the chain that goes on from this one; itself where none does.
    func last(from contact: ContactID) -> ContactID {
        var last = contact
        // Not more steps than contacts: a tree that leads in a circle is none.
        for _ in indices {
            guard let next = child(of: last) else { break }
            last = next.id
        }
        return last
    }
}
