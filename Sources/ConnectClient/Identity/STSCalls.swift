import AWSSigning

/// What AssumeRole is asked.
struct AssumeRoleParameters: Sendable {
    var roleARN: String
    var sessionName: String
    var externalID: String?
    var duration: Duration?
    var code: MFACode?

    /// A code, and the device that showed it.
    struct MFACode: Sendable {
        var serial: String
        var digits: String
    }
}

/// The calls of STS: the query protocol, a form each (botocore, data/sts/2011-06-15).
extension Call {
    static func assumeRole(_ parameters: AssumeRoleParameters) -> Call {
        sts(
            "AssumeRole",
            [
                ("RoleArn", parameters.roleARN), ("RoleSessionName", parameters.sessionName),
                ("ExternalId", parameters.externalID),
                ("DurationSeconds", parameters.duration.map { String($0.components.seconds) }),
                ("SerialNumber", parameters.code?.serial), ("TokenCode", parameters.code?.digits),
            ], hiding: [parameters.externalID])
    }

    static func assumeRole(_ roleARN: String, as sessionName: String, with token: String) -> Call {
        sts(
            "AssumeRoleWithWebIdentity",
            [
                ("RoleArn", roleARN), ("RoleSessionName", sessionName),
                ("WebIdentityToken", token),
            ], hiding: [token])
    }

    static let callerIdentity = sts("GetCallerIdentity", [], hiding: [])

    /// A form of the members that have a value.
    private static func sts(
        _ action: String, _ members: [(name: String, value: String?)], hiding secrets: [String?]
    ) -> Call {
        var form = "Action=\(action)&Version=2011-06-15"
        for case (let name, let value?) in members {
            form += "&\(name)=\(PercentEncoding.encoded(value))"
        }
        return Call(
            method: "POST", path: "/",
            headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: Array(form.utf8), secrets: secrets.compactMap(\.self))
    }
}
