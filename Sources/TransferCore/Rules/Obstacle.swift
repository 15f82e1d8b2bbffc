/// Why a contact will not be transferred, as far as a look at it can tell.
package struct Obstacle: Hashable, Sendable {
    /// `skipped` where there is nothing to do, `failed` where the service would refuse.
    package var outcome: Outcome
    package var code: RowCode
    /// A sentence for the operator.
    package var message: String

    init(_ outcome: Outcome, _ code: RowCode, _ message: String) {
        self.outcome = outcome
        self.code = code
        self.message = message
    }

    /// Transfers that a contact can have in all (Feature specifications, "Maximum number of
    /// transfers for a task"; connect-api.md, 1.5).
    private static let transfersMax = 11

    /// The limit of transfers, where so many have reached it.
    package init?(afterTransfers count: Int) {
        guard count >= Self.transfersMax else { return nil }
        self.init(
            .failed, .transferLimit,
            "The contact was transferred \(count) times; \(Self.transfersMax) is the most.")
    }

    /// Of a contact that DescribeContact does not find, or refuses to look for.
    package static func notFound(_ failure: TransferFailure) -> Obstacle {
        let why =
            failure.httpStatus == 404
            ? "The instance has no such contact." : "\(failure.code): \(failure.message)"
        return Obstacle(.failed, .contactNotFound, "\(why) Check ContactId.")
    }
}

extension ContactState {
    /// What keeps the contact from being transferred, or makes it needless.
    ///
    /// - Parameter isVerified: whether what the service would refuse is looked at too, and not only
    ///   the guard.
    package func obstacle(
        to destination: Destination, mustBeAt: Guard?, isVerified: Bool
    ) -> Obstacle? {
        if disconnectedAt != nil {
            guard mustBeAt == nil else {
                return Obstacle(
                    .skipped, .guardNotHeld,
                    "The contact has ended, so it is no longer where it was expected.")
            }
            return Obstacle(.failed, .contactEnded, "The contact has ended.")
        }
        if isVerified, let channel, !Self.channelsOfTransfers.contains(channel) {
            return Obstacle(
                .failed, .wrongChannel,
                "The contact is of channel \(channel); only TASK and EMAIL can be transferred.")
        }
        if isAt(destination) {
            return Obstacle(
                .skipped, .alreadyThere, "The contact is already at its destination.")
        }
        guard let mustBeAt, !isAt(mustBeAt) else { return nil }
        return Obstacle(
            .skipped, .guardNotHeld, "The contact is \(place), not at \(mustBeAt.words).")
    }

    /// "Only TASK and EMAIL contacts" (TransferContact).
    private static let channelsOfTransfers = ["TASK", "EMAIL"]

    /// Whether the contact may have been transferred as often as it can be: one transfer is told by
    /// the contact itself, several are counted in its tree.
    package var mayBeAtLimit: Bool { previous != nil && previous != initial }

    /// Whether the contact waits in this queue, taken by nobody, or is with this user.
    private func isAt(_ place: Guard) -> Bool {
        switch place {
        case .queue(let id): queue == id && user == nil
        case .user(let id): user == id
        }
    }

    /// Whether a transfer there would change nothing; nobody knows what a flow would decide.
    private func isAt(_ destination: Destination) -> Bool {
        switch destination {
        case .queue(let id): isAt(Guard.queue(id))
        case .user(let id): isAt(Guard.user(id))
        case .flowDecides: false
        }
    }

    var place: String {
        if let user { return "with user \(user)" }
        if let queue { return "in queue \(queue)" }
        return "in no queue and with no user"
    }
}

extension [AssociatedContact] {
    /// How many transfers led to a contact of the tree.
    package func transfers(to contact: ContactID) -> Int {
        let previous = Dictionary(
            map { ($0.id, $0.previous) }, uniquingKeysWith: { first, _ in first })
        var count = 0
        var current = contact
        // Not more steps than contacts: a tree that leads in a circle is none.
        while count < self.count, let before = previous[current] ?? nil {
            count += 1
            current = before
        }
        return count
    }
}

extension Guard {
    fileprivate var words: String {
        switch self {
        case .queue(let id): "queue \(id)"
        case .user(let id): "user \(id)"
        }
    }
}
