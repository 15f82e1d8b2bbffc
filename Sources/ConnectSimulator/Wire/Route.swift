import AWSSigning

/// Which of the services on the one port a call is for.
enum Route: Hashable, Sendable {
    case connect
    case tokens, quotas, portal, signIn, container, metadata, control

    /// Looks at the path first: nearly every call is for Connect, and its paths are its own.
    init(_ call: Call) {
        let path = call.path
        // `/contact/…`, `/contacts/…` and `/contact-flows…`, but not `/container/…`.
        if path.hasPrefix("/contact") {
            self = .connect
        } else if path == "/" {
            self = Route(ofRoot: call)
        } else if path.hasPrefix("/latest/") {
            self = .metadata
        } else if path.hasPrefix("/simulator/") {
            self = .control
        } else if path == "/container/credentials" {
            self = .container
        } else if path == "/federation/credentials" {
            self = .portal
        } else if path == "/token", call.method == "POST" {
            self = .signIn
        } else {
            self = .connect
        }
    }

    /// A call of `/`: the scope of its signature says for whom it is; without one, its form does.
    private init(ofRoot call: Call) {
        let claim = call.header("authorization").flatMap(AuthorizationHeader.init)
        switch claim.flatMap({ SignedService(rawValue: $0.scope.service) }) {
        case .connect: self = .connect
        case .tokens: self = .tokens
        case .quotas: self = .quotas
        case nil: self = call.header("x-amz-target") == nil ? .tokens : .quotas
        }
    }
}
