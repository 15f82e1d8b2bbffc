package import AWSSigning
import Synchronization

/// Every key that opens the front door: the static ones, and the temporary ones it gives out.
package final class KeyRing: Sendable {
    /// A key, and whose it is.
    package struct Holder: Sendable {
        package let credentials: Credentials
        package let caller: Caller
        /// False for the key that is denied everything.
        package let mayCall: Bool
    }

    private struct State {
        var issuer: SessionIssuer
        var revocations = Revocations()
        /// What nobody's role may call.
        var deniedOperations: Set<OperationName>
        /// Sessions that were read from their tokens before: reading one costs two hashes.
        var read: [String: Session] = [:]
    }

    private static let sessionsReadMax = 1024
    private static let invalidToken = "The security token included in the request is invalid."
    static let expiredToken = "The security token included in the request is expired"

    let allowed: Holder
    private let denied: Holder
    /// When the static keys and tokens end.
    private let staticEnd: Moment?
    private let access: AccessOptions
    private let state: Mutex<State>

    package init(
        allowed: Credentials, denied: Credentials, account: String,
        access: AccessOptions = AccessOptions(), seed: UInt64 = 1, at start: Moment
    ) {
        self.allowed = Holder(
            credentials: allowed, caller: .user("operations", account: account), mayCall: true)
        self.denied = Holder(
            credentials: denied, caller: .user("denied", account: account), mayCall: false)
        self.access = access
        staticEnd = access.staticLifetime.map { start + $0 }
        state = Mutex(
            State(
                issuer: SessionIssuer(seed: seed, lifetime: access.sessionLifetime, at: start),
                deniedOperations: access.deniedOperations))
    }

    /// The holder of a key.
    ///
    /// - Throws: `unrecognizedClient` where nobody has this key with this token, and
    ///   `expiredToken` where the key has ended.
    package func holder(
        of accessKeyID: String, token: String?, at now: Moment
    ) throws(Refusal) -> Holder {
        for holder in [allowed, denied]
        where holder.credentials.accessKeyID == accessKeyID
            && holder.credentials.sessionToken == token
        {
            try check(accessKeyID, issuedAt: nil, expiresAt: staticEnd, at: now)
            return holder
        }
        guard let token, let session = session(ofToken: token),
            session.credentials.accessKeyID == accessKeyID
        else { throw Refusal(.unrecognizedClient, Self.invalidToken) }
        try check(
            accessKeyID, issuedAt: session.issuedAt, expiresAt: session.expiresAt, at: now)
        return Holder(credentials: session.credentials, caller: session.caller, mayCall: true)
    }

    /// Gives a caller temporary credentials.
    func issue(
        to caller: Caller, for lifetime: Duration = SessionIssuer.lifetimeDefault, at now: Moment
    ) -> Session {
        state.withLock { $0.issuer.issue(to: caller, for: lifetime, at: now) }
    }

    /// Revokes, ends or restores keys and tokens, as the control endpoint is told.
    func apply(_ order: Revocations.Order, at now: Moment) {
        state.withLock { $0.revocations.apply(order, at: now) }
    }

    /// Takes an operation from everybody's role, or gives it back.
    func deny(_ operation: OperationName, _ isDenied: Bool) {
        state.withLock { state in
            if isDenied {
                state.deniedOperations.insert(operation)
            } else {
                state.deniedOperations.remove(operation)
            }
        }
    }

    /// Whether nobody may call an operation; it is asked for only where some are denied.
    func denies(_ operation: () -> OperationName?) -> Bool {
        let denied = state.withLock { $0.deniedOperations }
        return !denied.isEmpty && operation().map(denied.contains) ?? false
    }

    private func session(ofToken token: String) -> Session? {
        state.withLock { state in
            if let session = state.read[token] { return session }
            guard let session = state.issuer.session(ofToken: token) else { return nil }
            if state.read.count >= Self.sessionsReadMax { state.read.removeAll() }
            state.read[token] = session
            return session
        }
    }

    private func check(
        _ name: String, issuedAt: Moment?, expiresAt: Moment?, at now: Moment
    ) throws(Refusal) {
        switch standing(of: name, issuedAt: issuedAt, expiresAt: expiresAt, at: now) {
        case .good: return
        case .revoked: throw Refusal(.unrecognizedClient, Self.invalidToken)
        case .expired: throw Refusal(.expiredToken, Self.expiredToken)
        }
    }

    private func standing(
        of name: String, issuedAt: Moment?, expiresAt: Moment?, at now: Moment
    ) -> Revocations.Standing {
        let standing = state.withLock { $0.revocations.standing(of: name, issuedAt: issuedAt) }
        guard standing == .good, let expiresAt, now >= expiresAt else { return standing }
        return .expired
    }
}

// Tokens that sign nothing.
extension KeyRing {
    /// What a token is for; the first two are SSO's.
    enum TokenKind: String {
        case access, refresh, metadata
    }

    /// Gives out a token.
    func token(_ kind: TokenKind, for lifetime: Duration, at now: Moment) -> String {
        state.withLock { $0.issuer.token(kind.rawValue, for: lifetime, at: now) }
    }

    /// How long what is given out lasts where `lifetime` is asked for.
    func lifetime(_ lifetime: Duration) -> Duration {
        state.withLock { $0.issuer.lifetime(lifetime) }
    }

    /// Whether a token is good; nil where it is none of this kind.
    func standing(
        ofToken token: String, _ kind: TokenKind, at now: Moment
    ) -> Revocations.Standing? {
        let known: [TokenKind: String] = [
            .access: access.ssoAccessToken, .refresh: access.ssoRefreshToken,
        ]
        if known[kind] == token {
            return standing(of: token, issuedAt: nil, expiresAt: staticEnd, at: now)
        }
        guard let times = state.withLock({ $0.issuer.times(ofToken: token, kind.rawValue) })
        else { return nil }
        return standing(of: token, issuedAt: times.issued, expiresAt: times.expiry, at: now)
    }
}
