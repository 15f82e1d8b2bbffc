import AWSSigning

/// The metadata of an EC2 instance, version 2 alone: a token first (`PUT /latest/api/token`), then
/// what it opens.
struct InstanceMetadata: Sendable {
    static let role = "baton-instance-role"
    private static let instance = "i-0123456789abcdef0"
    private static let ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds"
    private static let ttlBounds = 1...21_600

    let keys: KeyRing
    let account: String
    let region: String
    let isDisabled: Bool

    func answer(to call: Call, at now: Moment) -> ServiceAnswer {
        // A path may end in a slash or not.
        let path = call.path.last == "/" ? call.path.dropLast() : call.path
        guard !isDisabled else { return .status("imds:Disabled", 403, "Forbidden") }
        if path == "/latest/api/token" { return token(call, at: now) }
        guard call.method == "GET" else {
            return .status("imds:Unknown", 405, "Method Not Allowed")
        }
        guard let token = call.header("x-aws-ec2-metadata-token"),
            keys.standing(ofToken: token, .metadata, at: now) == .good
        else { return .status("imds:Unknown", 401, "Unauthorized") }
        return content(of: path, at: now)
    }

    private func token(_ call: Call, at now: Moment) -> ServiceAnswer {
        let name = "imds:Token"
        guard call.method == "PUT" else { return .status(name, 405, "Method Not Allowed") }
        // "IMDSv2 rejects PUT requests with an X-Forwarded-For header": a proxy would leak it.
        guard call.header("x-forwarded-for") == nil else { return .status(name, 403, "Forbidden") }
        guard let seconds = call.header(Self.ttlHeader).flatMap({ Int($0) }),
            Self.ttlBounds.contains(seconds)
        else { return .status(name, 400, "Bad Request") }
        var answer = ServiceAnswer.text(
            name, keys.token(.metadata, for: .seconds(seconds), at: now))
        answer.headers = [(Self.ttlHeader, "\(seconds)")]
        return answer
    }

    private func content(of path: Substring, at now: Moment) -> ServiceAnswer {
        let credentials = "/latest/meta-data/iam/security-credentials"
        switch path {
        case credentials: return .text("imds:Role", Self.role)
        case "\(credentials)/\(Self.role)": return .json("imds:Credentials", session(at: now))
        case "/latest/meta-data/placement/availability-zone":
            return .text("imds:Placement", zone)
        case "/latest/meta-data/placement/region": return .text("imds:Placement", region)
        case "/latest/meta-data/instance-id": return .text("imds:Instance", Self.instance)
        case "/latest/dynamic/instance-identity/document":
            return .json(
                "imds:Instance",
                InstanceDocument(
                    accountId: account, region: region, availabilityZone: zone,
                    instanceId: Self.instance))
        default: return .status("imds:Unknown", 404, "Not Found")
        }
    }

    private var zone: String { "\(region)a" }

    private func session(at now: Moment) -> InstanceCredentials {
        let role = RoleARN(account: account, name: Self.role)
        let session = keys.issue(to: .assumedRole(role, session: Self.instance), at: now)
        return InstanceCredentials(
            LastUpdated: now.iso8601, AccessKeyId: session.credentials.accessKeyID,
            SecretAccessKey: session.credentials.secretAccessKey,
            Token: session.credentials.sessionToken ?? "", Expiration: session.expiresAt.iso8601)
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct InstanceCredentials: Encodable {
    let Code = "Success"
    let `Type` = "AWS-HMAC"
    let LastUpdated: String
    let AccessKeyId: String
    let SecretAccessKey: String
    let Token: String
    let Expiration: String
}

private struct InstanceDocument: Encodable {
    let accountId: String
    let region: String
    let availabilityZone: String
    let instanceId: String
    let instanceType = "t3.micro"
    let architecture = "x86_64"
    let version = "2017-09-30"
}
