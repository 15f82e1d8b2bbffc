import Synchronization

/// What a place's settings said at first, for ever after.
///
/// Whoever edits a profile in mid-run would otherwise change who the rest of the run calls as.
final class Settled<Value: Sendable>: Sendable {
    private let first = Mutex<Value?>(nil)

    /// Gives what was read at first; until there was something, reads.
    func value(
        _ read: () throws(ConnectClientError) -> Value?
    ) throws(ConnectClientError) -> Value? {
        if let value = first.withLock({ $0 }) { return value }
        let value = try read()
        first.withLock { $0 = value }
        return value
    }
}
