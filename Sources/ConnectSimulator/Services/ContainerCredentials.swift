import AWSSigning

/// The credentials endpoint of a container, as ECS and EKS have one: `GET /container/credentials`.
struct ContainerCredentials: Sendable {
    private static let operation = "container:Credentials"
    private static let role = "baton-task-role"

    let keys: KeyRing
    let account: String
    /// What must stand in `Authorization`; nil asks for nothing.
    let token: String?

    func answer(to call: Call, at now: Moment) -> ServiceAnswer {
        guard call.method == "GET" else {
            return fault(405, "MethodNotAllowed", "Only GET is allowed.")
        }
        if let token, call.header("authorization") != token {
            return fault(
                401, "AccessDenied", "The Authorization header is missing or not the right one.")
        }
        let role = RoleARN(account: account, name: Self.role)
        let session = keys.issue(to: .assumedRole(role, session: "task"), at: now)
        return .json(
            Self.operation,
            ContainerAnswer(
                RoleArn: role.text, AccessKeyId: session.credentials.accessKeyID,
                SecretAccessKey: session.credentials.secretAccessKey,
                Token: session.credentials.sessionToken ?? "",
                Expiration: session.expiresAt.iso8601))
    }

    private func fault(_ status: Int, _ code: String, _ message: String) -> ServiceAnswer {
        var answer = ServiceAnswer.json(
            Self.operation, ContainerFault(code: code, message: message, HTTPErrorCode: status))
        answer.status = status
        answer.errorCode = code
        return answer
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct ContainerAnswer: Encodable {
    let RoleArn: String
    let AccessKeyId: String
    let SecretAccessKey: String
    let Token: String
    let Expiration: String
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// An error as the agent of ECS writes it.
private struct ContainerFault: Encodable {
    let code: String
    let message: String
    let HTTPErrorCode: Int
}
