import TransferCore

extension Destination {
    var queue: QueueID? { if case .queue(let id) = self { id } else { nil } }
    var user: UserID? { if case .user(let id) = self { id } else { nil } }

    /// The destination of the two columns, of which one at most has a value.
    init(queue: String?, user: String?) {
        if let queue {
            self = .queue(QueueID(valid: queue))
        } else if let user {
            self = .user(UserID(valid: user))
        } else {
            self = .flowDecides
        }
    }
}

extension Guard {
    var queue: QueueID? { if case .queue(let id) = self { id } else { nil } }
    var user: UserID? { if case .user(let id) = self { id } else { nil } }

    init?(queue: String?, user: String?) {
        if let queue {
            self = .queue(QueueID(valid: queue))
        } else if let user {
            self = .user(UserID(valid: user))
        } else {
            return nil
        }
    }
}
