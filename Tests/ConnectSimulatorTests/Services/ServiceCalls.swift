import AWSSigning
import ConnectSimulator
import Synchronization
import Testing

/// Calls of the services round Connect, written by hand.
extension Call {
    /// An action of STS, unsigned.
    static func action(_ name: String, _ fields: [(String, String)] = []) -> Call {
        let pairs = [("Action", name), ("Version", "2011-06-15")] + fields
        let form = pairs.map { "\($0)=\(PercentEncoding.encoded($1))" }.joined(separator: "&")
        return Call(
            method: "POST", target: "/",
            headers: [
                ("host", "127.0.0.1"),
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ], body: Array(form.utf8))
    }

    /// A POST of JSON, unsigned.
    static func post(
        _ target: String, _ json: String, headers: [Call.Header] = []
    ) -> Call {
        Call(
            method: "POST", target: target, headers: [("host", "127.0.0.1")] + headers,
            body: Array(json.utf8))
    }

    /// The call with one more header.
    func with(_ name: String, _ value: String) -> Call {
        var call = self
        call.headers.append((name, value))
        return call
    }
}

extension HTTPConnection.Answer {
    /// The text of the first XML element of a name.
    func element(_ name: String) -> String? {
        guard let start = body.firstRange(of: "<\(name)>"),
            let end = body[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        return String(body[start.upperBound..<end.lowerBound])
    }

    /// The first member of a name in JSON, a text or a number.
    func member(_ name: String) -> String? {
        guard let start = body.firstRange(of: "\"\(name)\":") else { return nil }
        let rest = body[start.upperBound...]
        return rest.first == "\""
            ? String(rest.dropFirst().prefix { $0 != "\"" })
            : String(rest.prefix { $0 != "," && $0 != "}" })
    }

    /// The credentials of an answer of STS.
    var credentials: Credentials {
        get throws {
            Credentials(
                accessKeyID: try #require(element("AccessKeyId")),
                secretAccessKey: try #require(element("SecretAccessKey")),
                sessionToken: element("SessionToken"))
        }
    }
}

/// A running simulator, as one who calls it sees it; each call has a connection of its own.
struct Visitor {
    let port: Int
    let clock: ManualClock

    func answer(to call: Call) async throws -> HTTPConnection.Answer {
        let answer = try await HTTPConnection.open(toPort: port) { try await $0.exchange(call) }
        return try #require(answer)
    }

    /// The answer of STS, signed for at the clock's time.
    func action(
        _ name: String, _ fields: [(String, String)] = [],
        by credentials: Credentials = SimulatorCredentials.allowed, region: String = "us-east-1"
    ) async throws -> HTTPConnection.Answer {
        try await answer(
            to: Call.action(name, fields).signed(
                by: credentials, at: clock.now, region: region, service: "sts"))
    }

    /// The credentials of a role.
    func role(
        _ arn: String = operationsRole, _ fields: [(String, String)] = [],
        by credentials: Credentials = SimulatorCredentials.allowed
    ) async throws -> Credentials {
        let answer = try await action(
            "AssumeRole", [("RoleArn", arn), ("RoleSessionName", "night")] + fields,
            by: credentials)
        return try answer.credentials
    }

    /// What Connect answers somebody who asks for a contact that there is not.
    func describe(by credentials: Credentials) async throws -> HTTPConnection.Answer {
        try await answer(to: Call.get("/contacts/i/c").signed(by: credentials, at: clock.now))
    }
}

let operationsRole = "arn:aws:iam::111122223333:role/teams/operations"

/// A clock that a test moves.
final class ManualClock: Sendable {
    private let moment = Mutex(noon)

    var now: Moment { moment.withLock { $0 } }
    var clock: SimulatorClock { SimulatorClock { self.now } }

    func advance(by duration: Duration) { moment.withLock { $0 = $0 + duration } }
}

/// Runs a simulator without quotas for somebody who visits it.
func visit(
    _ adjust: (inout SimulatorOptions) -> Void = { _ in },
    _ body: (Visitor) async throws -> Void
) async throws {
    let clock = ManualClock()
    try await withSimulator(unlimited(adjust), clock: clock.clock) { _, port in
        try await body(Visitor(port: port, clock: clock))
    }
}
