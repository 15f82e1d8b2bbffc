/// A contact, as DescribeContact knows it.
package struct ContactRecord: Hashable, Sendable {
    /// How a contact ended.
    package struct End: Hashable, Sendable {
        package let at: Moment
        package let reason: String
    }

    package let id: SimulatedID
    /// The first contact of the tree: `ContactAssociationId`, and `InitialContactId` of the others.
    package let root: SimulatedID
    package let previous: SimulatedID?
    package let channel: ContactChannel
    package let place: Place
    package let initiatedAt: Moment
    /// How many transfers are behind it.
    package let transfers: Int
    /// The user who has it from its queue.
    package private(set) var taken: Taken?
    /// Nil while it is active.
    package var end: End?

    /// Who has a contact from a queue, and since when.
    package struct Taken: Hashable, Sendable {
        package let user: SimulatedID
        package let at: Moment
    }

    /// The same contact with a user who took it from its queue.
    func taken(by user: SimulatedID, at now: Moment) -> ContactRecord {
        var contact = self
        contact.taken = Taken(user: user, at: now)
        return contact
    }

    package var details: ContactDetails { ContactDetails(ofTree: root) }
    /// When it came into its queue; nil where it stands with a user.
    var enqueuedAt: Moment? { if case .queue = place { initiatedAt } else { nil } }
    /// The queue it waits in, or was taken from; nil where it came straight to a user.
    package var queue: SimulatedID? { if case .queue(let id) = place { id } else { nil } }
    /// The user it is with; nil where it waits.
    package var user: SimulatedID? { if case .user(let id) = place { id } else { taken?.user } }
    /// When it came to its user; nil where it waits.
    var connectedAt: Moment? { if case .user = place { initiatedAt } else { taken?.at } }

    /// The contact that a transfer makes of this one.
    func transferred(to place: Place, as id: SimulatedID, at now: Moment) -> ContactRecord {
        ContactRecord(
            id: id, root: root, previous: self.id, channel: channel, place: place,
            initiatedAt: now, transfers: transfers + 1, end: nil)
    }

    /// Ends because it was transferred.
    mutating func endTransferred(at now: Moment) {
        end = End(at: now, reason: UndocumentedAnswer.disconnectReason(of: channel))
    }
}

extension WorldContact {
    /// The contact and those that it was before, oldest first, in a simulator started at `start`.
    func records(startingAt start: Moment) -> [ContactRecord] {
        let began = start - .seconds(ageSeconds)
        let step = Duration.seconds(ageSeconds) / (earlier.count + 1)
        var records: [ContactRecord] = []
        for (index, id) in (earlier + [id]).enumerated() {
            let time = began + step * index
            guard var last = records.popLast() else {
                records = [first(id, at: time)]
                continue
            }
            let next = last.transferred(to: place, as: id, at: time)
            last.endTransferred(at: time)
            records += [last, next]
        }
        if hasEnded, let last = records.indices.last {
            records[last].end = .init(at: start - .seconds(ageSeconds / 2), reason: "API")
        }
        return records
    }

    private func first(_ id: SimulatedID, at time: Moment) -> ContactRecord {
        ContactRecord(
            id: id, root: id, previous: nil, channel: channel, place: place, initiatedAt: time,
            transfers: 0, end: nil)
    }
}
