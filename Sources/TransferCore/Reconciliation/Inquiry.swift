/// Finds out of one row what the service says of its contact now, call by call.
///
/// A row that was transferred is asked for by its new contact: most take one call. One that has
/// ended may have been transferred on, which only its tree tells, and the last contact of it says
/// where it is now. Any other row is asked for by its own contact, and by its tree where that has
/// ended or nobody knows whether it was transferred.
package struct Inquiry: Hashable, Sendable {
    private let claim: Claim
    private let policy: RetryPolicy
    private var step: Step

    /// What the call under way is for.
    private indirect enum Step: Hashable, Sendable {
        case none
        /// The contact that the transfer made.
        case newContact(ContactID)
        /// Whether that one, which has ended, was transferred on.
        case newTree(ContactID, ContactState)
        /// Where it is now.
        case lastOf(ContactID, ContactState, last: ContactID)
        /// The row's own contact, which was not transferred by the ledger's word.
        case ownContact(ContactID)
        /// Whether that one was transferred all the same.
        case ownTree(ContactID, ContactState)
        /// Whether a contact that came from it in time is where the row was to bring it.
        case child(AssociatedContact, last: ContactID)
        /// Where that is now which somebody made of it.
        case lastOfChild(AssociatedContact, Claim.Origin, ContactState?, last: ContactID)
    }

    /// What to do next.
    package enum Decision: Hashable, Sendable {
        case describe(ContactID)
        case lookUp(ContactID)
        case found(Found)
    }

    /// What was found of a row, and where its contact is now.
    package struct Found: Hashable, Sendable {
        package var finding: Finding
        /// A sentence for the operator.
        package var message: String
        /// The last contact of the chain; nil where none was found.
        package var contact: ContactID?
        /// Where that is, or was when it ended.
        package var queue: QueueID?
        package var user: UserID?
        package var endedAt: Timestamp?
        package var disconnectReason: String?
        /// The contact that came from the row's own, where the ledger does not know of it.
        package var child: AssociatedContact?

        package init(_ finding: Finding, _ message: String) {
            self.finding = finding
            self.message = message
        }
    }

    package init(_ claim: Claim, policy: RetryPolicy = RetryPolicy()) {
        self.claim = claim
        self.policy = policy
        step = .none
    }

    /// The row's first call.
    package mutating func begin() -> Decision {
        if let gap = claim.gap { return .found(Found(.notAsked, gap)) }
        if claim.outcome == .transferred, let contact = claim.newContact {
            step = .newContact(contact)
            return .describe(contact)
        }
        guard let contact = claim.contact else { return .found(Found(.notAsked, "")) }
        step = .ownContact(contact)
        return .describe(contact)
    }

    /// Hears what DescribeContact brought at last.
    package mutating func describeAnswered(
        _ result: Result<ContactState, TransferFailure>
    ) -> Decision {
        switch step {
        case .newContact(let contact): newContactAnswered(contact, result)
        case .lastOf(let contact, let state, let last):
            movedOn(from: contact, state, to: last, result.state)
        case .ownContact(let contact): ownContactAnswered(contact, result)
        case .child(let child, let last): childAnswered(child, last: last, result)
        case .lastOfChild(let child, let origin, let state, let last):
            moved(child, origin, state, last: last, lastState: result.state)
        case .none, .newTree, .ownTree: .found(Found(.unknown, "Nothing was asked."))
        }
    }

    /// Hears what ListAssociatedContacts brought at last.
    package mutating func lookUpAnswered(
        _ result: Result<[AssociatedContact], TransferFailure>
    ) -> Decision {
        // What the service does not know it has not transferred.
        let tree = result.isNotFound ? .success([]) : result
        switch step {
        case .newTree(let contact, let state): return newTreeAnswered(contact, state, tree)
        case .ownTree(let contact, let state): return ownTreeAnswered(contact, state, tree)
        default: return .found(Found(.unknown, "Nothing was asked."))
        }
    }
}

// Rows that were transferred.
extension Inquiry {
    private mutating func newContactAnswered(
        _ contact: ContactID, _ result: Result<ContactState, TransferFailure>
    ) -> Decision {
        switch result {
        case .success(let state) where state.disconnectedAt == nil:
            return .found(
                state.found(
                    hasReached(state) ? .landed : .notLanded,
                    hasReached(state)
                        ? "It is \(state.place)."
                        : "It is \(state.place) and not \(claim.goal).\(ownQueueHint(state))",
                    at: contact))
        case .success(let state):
            step = .newTree(contact, state)
            return .lookUp(contact)
        case .failure where result.isNotFound:
            return .found(
                Found(
                    .notFound,
                    "Amazon Connect knows no contact \(contact), though it gave this id."))
        case .failure(let failure):
            return .found(failure.untold("The new contact could not be asked for"))
        }
    }

    private mutating func newTreeAnswered(
        _ contact: ContactID, _ state: ContactState,
        _ result: Result<[AssociatedContact], TransferFailure>
    ) -> Decision {
        switch result {
        case .success(let tree):
            let last = tree.last(from: contact)
            guard last == contact else {
                step = .lastOf(contact, state, last: last)
                return .describe(last)
            }
            return .found(
                state.found(
                    hasReached(state) ? .ended : .notLanded,
                    hasReached(state)
                        ? "It has ended \(state.place)\(state.end)."
                        : "It has ended \(state.place)\(state.end), before it came \(claim.aim).",
                    at: contact))
        case .failure(let failure):
            return .found(
                failure.untold(
                    "It has ended, and whether it was transferred on could not be looked up"))
        }
    }

    /// - Parameter lastState: nil where the last contact could not be asked for.
    private func movedOn(
        from contact: ContactID, _ state: ContactState, to last: ContactID,
        _ lastState: ContactState?
    ) -> Decision {
        let now = lastState ?? ContactState()
        // A flow may carry a contact there in more than one step, each of them a contact.
        if !hasReached(state), let lastState, hasReached(lastState) {
            let isActive = lastState.disconnectedAt == nil
            return .found(
                now.found(
                    isActive ? .landed : .ended,
                    "It is \(now.place)\(now.end), by way of another contact.", at: last))
        }
        let finding = hasReached(state) ? Finding.movedOn : .notLanded
        let before = hasReached(state) ? "" : ", before it came \(claim.aim)"
        return .found(
            now.found(finding, "It was transferred on\(before): \(whereNow(lastState)).", at: last))
    }

    /// Which id a user's own queue has is in no document.
    private func ownQueueHint(_ state: ContactState) -> String {
        guard case .user = claim.destination, state.queue != nil, state.user == nil else {
            return ""
        }
        return " Where that is the user's own queue, it has landed."
    }

    private func hasReached(_ state: ContactState) -> Bool {
        state.hasReached(claim.destination ?? .flowDecides)
    }

    private func whereNow(_ state: ContactState?) -> String {
        guard let state else { return "where it is now could not be asked for" }
        return state.disconnectedAt == nil
            ? "it is now \(state.place)" : "it has ended \(state.place)\(state.end)"
    }
}

// Rows that were not, by the ledger's word.
extension Inquiry {
    private mutating func ownContactAnswered(
        _ contact: ContactID, _ result: Result<ContactState, TransferFailure>
    ) -> Decision {
        switch result {
        case .success(let state) where state.disconnectedAt == nil && claim.outcome != .uncertain:
            return .found(notTransferred(state, at: contact))
        case .success(let state):
            step = .ownTree(contact, state)
            return .lookUp(contact)
        case .failure where result.isNotFound && claim.saysNotFound:
            return .found(
                Found(
                    .notTransferred, "Amazon Connect knows no such contact, as was to be expected.")
            )
        case .failure where result.isNotFound:
            return .found(Found(.notFound, "Amazon Connect knows no contact \(contact)."))
        case .failure(let failure):
            return .found(failure.untold("The contact could not be asked for"))
        }
    }

    private mutating func ownTreeAnswered(
        _ contact: ContactID, _ state: ContactState,
        _ result: Result<[AssociatedContact], TransferFailure>
    ) -> Decision {
        switch result {
        case .success(let tree):
            guard let child = tree.child(of: contact) else {
                return .found(notTransferred(state, at: contact))
            }
            let last = tree.last(from: child.id)
            switch claim.origin(of: child, policy: policy) {
            case .own:
                step = .child(child, last: last)
                return .describe(child.id)
            case let origin:
                step = .lastOfChild(child, origin, nil, last: last)
                return .describe(last)
            }
        case .failure(let failure):
            return .found(
                failure.untold("Whether the contact was transferred could not be looked up"))
        }
    }

    private func notTransferred(_ state: ContactState, at contact: ContactID) -> Found {
        let place =
            state.disconnectedAt == nil
            ? "It was not transferred: it is \(state.place)."
            : "It was not transferred, and has ended \(state.place)\(state.end)."
        let advice = claim.outcome == .uncertain ? " It can be sent again: `baton retry`." : ""
        return state.found(.notTransferred, place + advice, at: contact)
    }

    /// Hears where a contact is or was that came from the row's while that was sent.
    ///
    /// That alone is no proof: somebody else may have transferred it in the same minutes. Together
    /// with the place it is, where the row named one.
    private mutating func childAnswered(
        _ child: AssociatedContact, last: ContactID,
        _ result: Result<ContactState, TransferFailure>
    ) -> Decision {
        switch result {
        case .success(let state):
            let namesPlace = claim.destination != nil && claim.destination != .flowDecides
            let origin: Claim.Origin = namesPlace && hasReached(state) ? .own : .unclear
            guard last == child.id else {
                step = .lastOfChild(child, origin, state, last: last)
                return .describe(last)
            }
            return moved(child, origin, state, last: last, lastState: state)
        case .failure where result.isNotFound:
            return .found(
                Found(
                    .notFound,
                    "Amazon Connect lists contact \(child.id), which came from this one, and knows "
                        + "no such contact."))
        case .failure(let failure):
            return .found(
                failure.untold(
                    "Contact \(child.id), which came from this one, could not be asked for"))
        }
    }

    private func moved(
        _ child: AssociatedContact, _ origin: Claim.Origin, _ state: ContactState?,
        last: ContactID, lastState: ContactState?
    ) -> Decision {
        let came = "Contact \(child.id) came from this one\(child.time)"
        let now = lastState ?? ContactState()
        var found: Found
        switch origin {
        case .own:
            let arrival = state.map(hasReached) == true ? "" : ", and did not come \(claim.aim)"
            found = now.found(
                .transferredAfterAll,
                "\(came), by this row's transfer\(arrival): \(whereNow(lastState)).", at: last)
        case .others:
            found = now.found(
                .movedByOthers, "\(came), and not by this row: \(whereNow(lastState)).", at: last)
        case .unclear:
            found = now.found(
                .unknown,
                "\(came): by this row's transfer or by somebody else's, which cannot be told from "
                    + "its time and place; \(whereNow(lastState)). See the contact in Amazon "
                    + "Connect.", at: last)
        }
        found.child = child
        return .found(found)
    }
}

extension Claim {
    /// Where it was to be, as in: it is elsewhere and not `in queue q`.
    fileprivate var goal: String {
        switch destination {
        case .queue(let id): "in queue \(id)"
        case .user(let id): "with user \(id)"
        case .flowDecides, nil: "where a flow would leave it"
        }
    }

    /// Where it was to go, as in: before it came `into queue q`.
    fileprivate var aim: String {
        switch destination {
        case .queue(let id): "into queue \(id)"
        case .user(let id): "to user \(id)"
        case .flowDecides, nil: "to any queue or user"
        }
    }
}

extension ContactState {
    fileprivate func found(
        _ finding: Finding, _ message: String, at contact: ContactID
    ) -> Inquiry.Found {
        var found = Inquiry.Found(finding, message)
        found.contact = contact
        found.queue = queue
        found.user = user
        found.endedAt = disconnectedAt
        found.disconnectReason = disconnectReason
        return found
    }

    /// ` at 2026-11-25T12:00:00.000Z (API)`; empty while the contact is active.
    fileprivate var end: String {
        guard let disconnectedAt else { return "" }
        return " at \(disconnectedAt.iso8601)" + (disconnectReason.map { " (\($0))" } ?? "")
    }
}

extension AssociatedContact {
    fileprivate var time: String { initiatedAt.map { " at \($0.iso8601)" } ?? "" }
}

extension TransferFailure {
    /// That a call could not be made, or was refused.
    fileprivate func untold(_ what: String) -> Inquiry.Found {
        Inquiry.Found(.unknown, "\(what) (\(code)): \(sentence)")
    }
}

extension Result where Failure == TransferFailure {
    /// Whether the service says that it knows no such thing.
    fileprivate var isNotFound: Bool {
        if case .failure(let failure) = self { failure.httpStatus == 404 } else { false }
    }
}

extension Result<ContactState, TransferFailure> {
    fileprivate var state: ContactState? { try? get() }
}
