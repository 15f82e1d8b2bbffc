package import AWSSigning
package import TransferCore

/// The life of the credentials in use: until when they serve, and when they are fetched anew.
///
/// In a window before their end one caller fetches while the others go on with the old ones, which
/// serve until they truly end, whatever comes of it. botocore has a second window, in which all wait
/// (credentials.py, RefreshableCredentials): a source that hangs would then hold up every call with
/// good credentials at hand.
package struct CredentialLife: Sendable {
    private var current: FoundCredentials?
    /// How long before their end they are fetched anew.
    private var window: Duration = .zero
    /// Somebody was told to fetch.
    package private(set) var isFetching = false
    /// What the last fetch was to replace; nil where the service had refused nothing.
    private var asked: Credentials?
    /// Of the last fetch; nil where it succeeded.
    private var failure: Failure?

    package init() {}

    package enum Step: Hashable, Sendable {
        case use(FoundCredentials)
        /// Ask the provider, and say what came of it with ``fetched(_:at:)`` or ``abandoned()``.
        case fetch
        /// Somebody else is asking.
        case wait
        case fail(ConnectClientError)
    }

    /// What a caller does who needs credentials.
    ///
    /// - Parameter refused: those that the service did not take.
    package mutating func step(insteadOf refused: Credentials?, at now: Timestamp) -> Step {
        let usable = usable(insteadOf: refused, at: now)
        if let usable, timeLeft(of: usable, at: now) > window { return .use(usable) }
        if isFetching { return usable.map { .use($0) } ?? .wait }
        if let failure, failure.isPause(at: now) {
            if let usable { return .use(usable) }
            // The last word on credentials that have ended is not one from before their end.
            if failure.servedNobody { return .fail(failure.error) }
        }
        isFetching = true
        asked = refused
        return .fetch
    }

    /// Takes in what the provider gave.
    package mutating func fetched(
        _ result: Result<FoundCredentials, ConnectClientError>, at now: Timestamp
    ) {
        isFetching = false
        switch result {
        case .success(let found) where timeLeft(of: found, at: now) <= .zero:
            fail(.expired(found), at: now)
        case .success(let found):
            current = found
            window = Self.window(ofLife: timeLeft(of: found, at: now))
            failure = nil
        case .failure(let error):
            fail(error, at: now)
        }
    }

    /// The task that asked was cancelled: nothing is known, and the next caller asks.
    package mutating func abandoned() { isFetching = false }

    /// What the fetch that has ended means for one who waited for it.
    ///
    /// Credentials that the service refused are given once more where the provider has no others.
    package func answer(
        insteadOf refused: Credentials?, at now: Timestamp
    ) -> Result<FoundCredentials, ConnectClientError> {
        guard let failure else { return current.map { .success($0) } ?? .failure(.cancelled) }
        return usable(insteadOf: refused, at: now).map { .success($0) } ?? .failure(failure.error)
    }

    private mutating func fail(_ error: ConnectClientError, at now: Timestamp) {
        failure = Failure(
            error: error, at: now, count: (failure?.count ?? 0) + 1,
            servedNobody: usable(insteadOf: asked, at: now) == nil)
    }

    private func usable(insteadOf refused: Credentials?, at now: Timestamp) -> FoundCredentials? {
        guard let current, current.credentials != refused,
            timeLeft(of: current, at: now) > .zero
        else { return nil }
        return current
    }

    /// A century where they do not end.
    private func timeLeft(of found: FoundCredentials?, at now: Timestamp) -> Duration {
        guard let end = found?.credentials.expirationMilliseconds else {
            return .seconds(100 * 365 * 86400)
        }
        return Timestamp(milliseconds: end) - now
    }

    /// botocore's 15 minutes suit a life of an hour. Of a shorter one it is a quarter, so that
    /// credentials of 30 s are fetched every 22 s and not at each call; and those that a provider
    /// gives again near their end are asked for again nearer to it.
    private static func window(ofLife life: Duration) -> Duration {
        min(.seconds(15 * 60), life / 4)
    }

    /// A fetch that failed, and how many did in a row.
    private struct Failure: Sendable {
        let error: ConnectClientError
        let at: Timestamp
        let count: Int
        /// There were no credentials left to go on with.
        let servedNobody: Bool

        private static let pauseMax: Duration = .seconds(60)

        /// True while the provider is left alone: 1 s, then twice as long each time.
        func isPause(at now: Timestamp) -> Bool {
            let pause = min(.seconds(1 << min(count - 1, 10)), Self.pauseMax)
            // A clock that was set back says nothing of how long ago it was.
            return at <= now && now - at < pause
        }
    }
}

extension ConnectClientError {
    /// Fetched, and past their end.
    fileprivate static func expired(_ found: FoundCredentials) -> ConnectClientError {
        let end = Timestamp(milliseconds: found.credentials.expirationMilliseconds ?? 0)
        return ConnectClientError(
            .credentialsExpired,
            "The credentials of \(found.source) ended at \(end.iso8601.prefix(19))Z. Sign in again "
                + "or renew them, check this machine's clock, then run again.")
    }
}
