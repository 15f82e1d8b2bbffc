import FoundationEssentials

/// What no service of AWS has: `/simulator/…`, by which a test sees and steers the simulator.
struct ControlDesk: Sendable {
    let keys: KeyRing

    /// Answers `GET stats` and `POST revoke`, `expire`, `restore`; the body of the first two may
    /// name an `accessKeyId` or a `token`, and means all that were given out where it does not.
    func answer(to call: Call, statistics: Statistics, at now: Moment) -> ServiceAnswer {
        switch (call.method, call.path) {
        case ("GET", "/simulator/stats"): return .json("simulator:Stats", statistics)
        case ("POST", "/simulator/restore"):
            keys.apply(.restore, at: now)
            return .json("simulator:Restore", [String: String]())
        case ("POST", "/simulator/revoke"), ("POST", "/simulator/expire"):
            let isRevocation = call.path.hasSuffix("revoke")
            let operation = isRevocation ? "simulator:Revoke" : "simulator:Expire"
            guard let order = Self.order(call.body) else {
                return .status(operation, 400, "The body is not JSON with texts alone.")
            }
            let name = order.accessKeyId ?? order.token
            keys.apply(isRevocation ? .revoke(name) : .expire(name), at: now)
            return .json(operation, [String: String]())
        default: return .status("simulator:Unknown", 404, "Not Found")
        }
    }

    private struct Order: Decodable {
        var accessKeyId: String?
        var token: String?
    }

    private static func order(_ body: [UInt8]) -> Order? {
        body.isEmpty ? Order() : try? JSONDecoder().decode(Order.self, from: Data(body))
    }
}
