import FoundationEssentials

/// What no service of AWS has: `/simulator/…`, by which a test sees and steers the simulator.
struct ControlDesk: Sendable {
    let keys: KeyRing

    /// Answers `GET stats` and `POST revoke`, `expire`, `restore`, `deny`, `allow`, `quota`, `forget`.
    ///
    /// The body of the first two may name an `accessKeyId` or a `token`, and means all that were given
    /// out where it does not. That of `forget` names the `contactId` that the service is to know no
    /// more; that of `deny` and `allow` the `operation` that roles may call no more, or again; that of
    /// `quota` the `operation`, its `rate` (0 is unlimited) and its `burst`.
    func answer(to call: Call, statistics: Statistics, at now: Moment) -> ServiceAnswer {
        switch (call.method, call.path) {
        case ("GET", "/simulator/stats"): return .json("simulator:Stats", statistics)
        case ("POST", "/simulator/restore"):
            keys.apply(.restore, at: now)
            return .json("simulator:Restore", [String: String]())
        case ("POST", "/simulator/quota"): return changeQuota(call.body)
        case ("POST", "/simulator/deny"): return deny(call.body, true, "simulator:Deny")
        case ("POST", "/simulator/allow"): return deny(call.body, false, "simulator:Allow")
        case ("POST", "/simulator/forget"): return forget(call.body)
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

    private func changeQuota(_ body: [UInt8]) -> ServiceAnswer {
        guard let order = try? JSONDecoder().decode(QuotaOrder.self, from: Data(body)),
            let operation = OperationName(rawValue: order.operation),
            (0...1_000_000).contains(order.rate), (1...1_000_000).contains(order.burst)
        else {
            return .status(
                "simulator:Quota", 400,
                "The body is JSON with an operation's name, a rate of 0 to 1,000,000 and a burst of "
                    + "1 to 1,000,000.")
        }
        var answer = ServiceAnswer.json("simulator:Quota", [String: String]())
        answer.quotaChange = (operation, Quota(ratePerSecond: order.rate, burst: order.burst))
        return answer
    }

    private func deny(_ body: [UInt8], _ isDenied: Bool, _ name: String) -> ServiceAnswer {
        guard let order = try? JSONDecoder().decode(AccessOrder.self, from: Data(body)),
            let operation = OperationName(rawValue: order.operation)
        else { return .status(name, 400, "The body is JSON with an operation's name.") }
        keys.deny(operation, isDenied)
        return .json(name, [String: String]())
    }

    private func forget(_ body: [UInt8]) -> ServiceAnswer {
        guard let order = try? JSONDecoder().decode(ForgetOrder.self, from: Data(body)) else {
            return .status("simulator:Forget", 400, "The body is JSON with a contactId.")
        }
        var answer = ServiceAnswer.json("simulator:Forget", [String: String]())
        answer.forgottenContact = order.contactId
        return answer
    }

    private struct ForgetOrder: Decodable {
        var contactId: String
    }

    private struct AccessOrder: Decodable {
        var operation: String
    }

    private struct QuotaOrder: Decodable {
        var operation: String
        var rate: Double
        var burst: Int
    }

    private struct Order: Decodable {
        var accessKeyId: String?
        var token: String?
    }

    private static func order(_ body: [UInt8]) -> Order? {
        body.isEmpty ? Order() : try? JSONDecoder().decode(Order.self, from: Data(body))
    }
}
