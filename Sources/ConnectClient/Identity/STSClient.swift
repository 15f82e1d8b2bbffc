import AWSSigning
import TransferCore

/// The Security Token Service: who calls, and credentials of a role.
struct STSClient: Sendable {
    private let caller: ServiceCaller

    init(_ caller: ServiceCaller) { self.caller = caller }

    /// - Parameter credentials: nil for the one call that goes unsigned.
    init(
        _ settings: ClientSettings, region: String, credentials: CredentialCache?,
        surroundings: ClientSurroundings
    ) throws(ConnectClientError) {
        caller = ServiceCaller(
            .sts, region: region, endpoint: try settings.endpoint(of: .sts, in: region),
            credentials: credentials, surroundings: surroundings)
    }

    func assumeRole(_ parameters: AssumeRoleParameters) async throws(TransferFailure) -> Credentials
    {
        // A code is good for one call: a second would be refused for the first's sake.
        let attempts = parameters.code == nil ? Patience.attemptsMax : 1
        return try await issued(.assumeRole(parameters), "AssumeRole", attempts: attempts)
    }

    /// - Parameter token: the web identity's; it takes the place of a signature.
    func assumeRole(
        _ roleARN: String, as sessionName: String, with token: String
    ) async throws(TransferFailure) -> Credentials {
        try await issued(
            .assumeRole(roleARN, as: sessionName, with: token), "AssumeRoleWithWebIdentity")
    }

    func callerIdentity() async throws(TransferFailure) -> CallerIdentity {
        let response = try await Patience.answer(to: .callerIdentity, by: caller)
        let result = Self.result("GetCallerIdentity", response)
        guard let account = result?.text("Account"), let arn = result?.text("Arn"),
            let userID = result?.text("UserId")
        else { throw .unreadable(response, "the caller's identity") }
        return CallerIdentity(account: account, arn: arn, userID: userID)
    }

    private func issued(
        _ call: Call, _ operation: String, attempts: Int = Patience.attemptsMax
    ) async throws(TransferFailure) -> Credentials {
        let response = try await Patience.answer(to: call, by: caller, attempts: attempts)
        let issued = Self.result(operation, response)?.child("Credentials")
        guard let issued, let end = issued.text("Expiration").flatMap(Timestamp.init(iso8601:)),
            let credentials = try? Credentials(
                accessKeyID: issued.text("AccessKeyId"),
                secretAccessKey: issued.text("SecretAccessKey"),
                sessionToken: issued.text("SessionToken"),
                expirationMilliseconds: end.milliseconds, place: "STS")
        else { throw .unreadable(response, "the role's credentials") }
        return credentials
    }

    private static func result(_ operation: String, _ response: HTTPResponse) -> XMLElement? {
        guard response.bodyProblem == nil else { return nil }
        return XMLElement(parsing: response.body)?.child("\(operation)Result")
    }
}

/// Who the service takes a caller for.
package struct CallerIdentity: Hashable, Sendable {
    /// Twelve digits.
    package let account: String
    package let arn: String
    /// The unique id behind the name; of a role with its session: `AROA…:session`.
    package let userID: String
}

/// Asks a service that gives credentials a few times: a run stops where it gets none.
enum Patience {
    /// botocore's standard mode.
    static let attemptsMax = 3
    private static let pause: Duration = .milliseconds(100)

    static func answer(
        to call: Call, by caller: ServiceCaller, attempts: Int = attemptsMax
    ) async throws(TransferFailure) -> HTTPResponse {
        let invocation = Invocation()
        var attempt = 1
        while true {
            var wait = pause * (1 << (2 * attempt - 2))
            do throws(TransferFailure) {
                return try await caller.answer(to: call, as: invocation)
            } catch {
                guard error.isTransient, attempt < attempts, !Task.isCancelled else { throw error }
                wait = max(wait, error.retryAfter ?? .zero)
            }
            // Cut short by cancellation, which the next attempt then ends with.
            try? await Task.sleep(for: wait)
            attempt += 1
        }
    }
}

extension TransferFailure {
    /// Another try may succeed without anybody doing anything.
    var isTransient: Bool {
        switch advice {
        case .retry, .throttled: true
        default: false
        }
    }

    /// The least wait that was asked for.
    fileprivate var retryAfter: Duration? {
        switch advice {
        case .retry(_, let least), .throttled(let least): least
        default: nil
        }
    }

    static func unreadable(_ response: HTTPResponse, _ what: String) -> TransferFailure {
        TransferFailure(
            code: "UnreadableAnswer",
            message: "The service answered HTTP \(response.status), but \(what) could not be read "
                + "from the answer. Check the endpoint and the proxy.",
            httpStatus: response.status, requestID: response.requestID,
            advice: .retry(mayHaveTakenEffect: false))
    }
}
