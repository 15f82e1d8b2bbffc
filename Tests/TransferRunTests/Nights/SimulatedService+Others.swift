import TestSupport
import TransferCore

/// What other people do to a contact while the run works.
struct OthersDeed {
    enum Kind: CaseIterable {
        case end, takeUp, moveAway, transfer
    }

    var kind: Kind
    /// The true time.
    var at: Timestamp
}

/// A contact that came from another, by the run's transfer or by somebody else's.
struct ChildContact {
    var id: ContactID
    /// Where it comes to wait.
    var queue: QueueID
    /// The true time at which it was made.
    var at: Timestamp
    /// From when on it waits there.
    var landsAt: Timestamp
    /// From when on the tree of its contact is listed with it.
    var listedAt: Timestamp
}

extension SimulatedService {
    /// Never a row's destination: who brought a contact there cannot be told, nor need it be.
    static let elsewhere = QueueID(valid: "elsewhere")

    /// Does what others have done to a contact by now: it is looked at or transferred.
    ///
    /// Once the run has transferred it there is nothing more for them to do to it.
    mutating func letOthersAct(on id: ContactID, at time: Timestamp) {
        guard var contact = contacts[id], let deed = contact.othersDeed, deed.at <= time,
            contact.standing == .active, contact.effects.isEmpty, !contact.isDoneByOthers
        else { return }
        contact.isDoneByOthers = true
        switch deed.kind {
        case .end:
            figures.count(.othersEnd)
            contact.standing = .ended
            contact.endedAt = deed.at
        case .takeUp:
            figures.count(.othersTakeUp)
            contact.user = UserID(valid: "somebody")
        case .moveAway:
            figures.count(.othersMove)
            contact.queue = Self.elsewhere
        case .transfer:
            figures.count(.othersTransfer)
            contact.standing = .ended
            contact.endedAt = deed.at
            contact.othersChild = child(
                ContactID(valid: "\(id)~others"), in: Self.elsewhere, at: deed.at)
        }
        contacts[id] = contact
    }

    /// Makes a contact that is listed, and comes into its queue, some time later perhaps.
    mutating func child(_ id: ContactID, in queue: QueueID, at time: Timestamp) -> ChildContact {
        let lags = [faults.landingLag, faults.listLag].map { most in
            Duration.milliseconds(Int.random(in: 0...most, using: &rng))
        }
        let child = ChildContact(
            id: id, queue: queue, at: time, landsAt: time.later(by: lags[0]),
            listedAt: time.later(by: lags[1]))
        children[id] = child
        return child
    }

    /// What DescribeContact says of a contact that came from another.
    func state(of child: ChildContact, at time: Timestamp) -> ContactState {
        ContactState(channel: "TASK", queue: child.landsAt <= time ? child.queue : nil)
    }

    /// The contacts that came from one, as far as they are listed by now.
    mutating func listedChildren(of id: ContactID, at time: Timestamp) -> [ChildContact] {
        guard let contact = contacts[id] else { return [] }
        let all = contact.effects.map(\.child) + (contact.othersChild.map { [$0] } ?? [])
        let listed = all.filter { $0.listedAt <= time }
        if listed.count < all.count { figures.count(.lateList) }
        return listed
    }
}
