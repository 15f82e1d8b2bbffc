package import AWSSigning

/// A temporary credential, whose it is, and when it was given out.
package struct Session: Hashable, Sendable {
    package let credentials: Credentials
    package let caller: Caller
    package let issuedAt: Moment
    package let expiresAt: Moment
}

/// Gives temporary credentials out, and knows them again by their session token alone.
struct SessionIssuer: Sendable {
    /// What AWS gives where nobody asks.
    static let lifetimeDefault = Duration.seconds(3600)
    private static let mark = "session"

    private let seal: OpaqueText
    /// What every lifetime is shortened to.
    private let lifetimeFixed: Duration?
    private var keyIDs: SeededGenerator

    /// - Parameter start: sets the ids of this process apart from those of one before it.
    init(seed: UInt64, lifetime: Duration?, at start: Moment) {
        seal = OpaqueText(seed: seed)
        lifetimeFixed = lifetime
        keyIDs = SeededGenerator(
            seed: seed ^ UInt64(bitPattern: start.nanoseconds), call: .max - 2)
    }

    /// Gives a caller credentials.
    mutating func issue(
        to caller: Caller, for lifetime: Duration = lifetimeDefault, at now: Moment
    ) -> Session {
        let keyID = uniqueID("ASIA", of: SimulatedID(using: &keyIDs).text, length: 16)
        // AWS's expirations are whole seconds.
        let expiry = Moment(seconds: (now + (lifetimeFixed ?? lifetime)).milliseconds / 1000)
        let token = seal.sealed([
            Self.mark, keyID, caller.account, caller.arn, caller.userID,
            "\(now.nanoseconds)", "\(expiry.nanoseconds)",
        ])
        return session(keyID, caller, token: token, issuedAt: now, expiresAt: expiry)
    }

    /// The session of a token; nil where it is none of ours.
    func session(ofToken token: String) -> Session? {
        guard let fields = seal.opened(token), fields.count == 7, fields[0] == Self.mark,
            let issued = Int64(fields[5]), let expiry = Int64(fields[6])
        else { return nil }
        return session(
            fields[1], Caller(account: fields[2], arn: fields[3], userID: fields[4]), token: token,
            issuedAt: Moment(nanoseconds: issued), expiresAt: Moment(nanoseconds: expiry))
    }

    private func session(
        _ keyID: String, _ caller: Caller, token: String, issuedAt: Moment, expiresAt: Moment
    ) -> Session {
        let credentials = Credentials(
            accessKeyID: keyID, secretAccessKey: seal.secret(of: keyID), sessionToken: token,
            expirationMilliseconds: expiresAt.milliseconds)
        return Session(
            credentials: credentials, caller: caller, issuedAt: issuedAt, expiresAt: expiresAt)
    }

    /// Gives out a token that is no credential, such as an SSO access token.
    func token(_ kind: String, for lifetime: Duration, at now: Moment) -> String {
        let expiry = now + lifetime
        return seal.sealed([kind, "\(now.nanoseconds)", "\(expiry.nanoseconds)"])
    }

    /// When a token of a kind was given out and when it ends; nil where it is none of ours.
    func times(ofToken token: String, _ kind: String) -> (issued: Moment, expiry: Moment)? {
        guard let fields = seal.opened(token), fields.count == 3, fields[0] == kind,
            let issued = Int64(fields[1]), let expiry = Int64(fields[2])
        else { return nil }
        return (Moment(nanoseconds: issued), Moment(nanoseconds: expiry))
    }

    /// How long what is given out lasts where `lifetime` is asked for.
    func lifetime(_ lifetime: Duration) -> Duration { lifetimeFixed ?? lifetime }
}
