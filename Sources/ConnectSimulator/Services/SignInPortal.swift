import AWSSigning
import FoundationEssentials

/// The access portal of IAM Identity Center: `GET /federation/credentials`, not signed.
struct SignInPortal: Sendable {
    private static let operation = "sso:GetRoleCredentials"

    let keys: KeyRing
    let account: String

    func answer(to call: Call, requestID: SimulatedID, at now: Moment) -> ServiceAnswer {
        do {
            let session = try session(for: call, at: now)
            var answer = ServiceAnswer.json(
                Self.operation, PortalAnswer(roleCredentials: .init(session)))
            answer.headers = [("x-amzn-RequestId", requestID.text)]
            return answer
        } catch {
            return .restFault(
                Self.operation, error, ["message": error.message], requestID: requestID)
        }
    }

    private func session(for call: Call, at now: Moment) throws(ServiceFault) -> Session {
        guard let query = CallParameters.pairs(call.query),
            let role = query.first(where: { $0.name == "role_name" })?.value,
            let account = query.first(where: { $0.name == "account_id" })?.value,
            let token = call.header("x-amz-sso_bearer_token")
        else {
            throw ServiceFault(
                400, "InvalidRequestException",
                "role_name, account_id or the bearer token is missing.")
        }
        guard keys.standing(ofToken: token, .access, at: now) == .good else {
            throw ServiceFault(401, "UnauthorizedException", "Session token not found or invalid")
        }
        guard account == self.account else {
            throw ServiceFault(
                404, "ResourceNotFoundException", "The account \(account) was not found.")
        }
        // Not in the model of the service, but what it is seen to answer.
        guard role != "denied" else {
            throw ServiceFault(403, "ForbiddenException", "No access")
        }
        let name = uniqueID("", of: "sso/\(role)", length: 16).lowercased()
        let reserved = RoleARN(account: account, name: "AWSReservedSSO_\(role)_\(name)")
        return keys.issue(to: .assumedRole(reserved, session: "operations"), at: now)
    }
}

private struct PortalAnswer: Encodable {
    struct Role: Encodable {
        let accessKeyId: String
        let secretAccessKey: String
        let sessionToken: String
        /// Milliseconds since 1970.
        let expiration: Int64

        init(_ session: Session) {
            accessKeyId = session.credentials.accessKeyID
            secretAccessKey = session.credentials.secretAccessKey
            sessionToken = session.credentials.sessionToken ?? ""
            expiration = session.expiresAt.milliseconds
        }
    }

    let roleCredentials: Role
}

extension ServiceAnswer {
    /// An error as REST-JSON services write it: its name in a header, words in the body.
    static func restFault(
        _ operation: String, _ fault: ServiceFault, _ members: [String: String],
        requestID: SimulatedID
    ) -> ServiceAnswer {
        var answer = ServiceAnswer.json(operation, members)
        answer.status = fault.status
        answer.errorCode = fault.code
        answer.headers = [
            ("x-amzn-RequestId", requestID.text), ("x-amzn-ErrorType", fault.code),
        ]
        return answer
    }
}
