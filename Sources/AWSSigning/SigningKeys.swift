import Synchronization

/// The signing keys in use, each derived once.
final class SigningKeys: Sendable {
    /// A key lives a day and a client has one secret: more are only met where many callers' requests
    /// are verified.
    private static let keysMax = 64

    private struct Name: Hashable {
        var secret: String
        var scope: CredentialScope
    }

    private let known = Mutex<[Name: HMACKey]>([:])

    /// The key for a secret in a scope.
    func key(secret: String, scope: CredentialScope) -> HMACKey {
        let name = Name(secret: secret, scope: scope)
        if let key = known.withLock({ $0[name] }) { return key }
        // Derived outside the lock: two threads may do it at once, to the same end.
        let key = Self.derived(secret: secret, scope: scope)
        known.withLock { known in
            if known.count >= Self.keysMax { known.removeAll(keepingCapacity: true) }
            known[name] = key
        }
        return key
    }

    private static func derived(secret: String, scope: CredentialScope) -> HMACKey {
        var key = Array("AWS4\(secret)".utf8)
        for part in [scope.day, scope.region, scope.service, CredentialScope.terminator] {
            key = HMACKey(key).code(of: Array(part.utf8))
        }
        return HMACKey(key)
    }
}
