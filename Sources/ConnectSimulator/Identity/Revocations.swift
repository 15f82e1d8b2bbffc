/// The keys and tokens that were ended before their time, for tests of what a run then does.
struct Revocations: Sendable {
    enum Standing: Hashable, Sendable {
        case good, revoked, expired
    }

    /// What `POST /simulator/…` may ask.
    enum Order: Hashable, Sendable {
        /// Ends one key or token; nil ends all that were given out until now.
        case revoke(String?)
        /// The same, as if its time were over.
        case expire(String?)
        /// Takes every such order back.
        case restore
    }

    private static let namesMax = 10_000
    private var names: [String: Standing] = [:]
    /// What was given out until then stands so.
    private var until: (moment: Moment, standing: Standing)?

    mutating func apply(_ order: Order, at now: Moment) {
        switch order {
        case .revoke(let name): end(name, as: .revoked, at: now)
        case .expire(let name): end(name, as: .expired, at: now)
        case .restore: self = Revocations()
        }
    }

    private mutating func end(_ name: String?, as standing: Standing, at now: Moment) {
        guard let name else {
            until = (now, standing)
            return
        }
        if names.count >= Self.namesMax { names.removeAll() }
        names[name] = standing
    }

    /// - Parameter issuedAt: nil for what was never given out but is good from the start.
    func standing(of name: String, issuedAt: Moment?) -> Standing {
        if !names.isEmpty, let standing = names[name] { return standing }
        if let until, let issuedAt, issuedAt <= until.moment { return until.standing }
        return .good
    }
}
