/// Who a call comes from, by AWS's names: what GetCallerIdentity answers.
package struct Caller: Hashable, Sendable {
    package let account: String
    package let arn: String
    /// `AIDA…` of a user, `AROA…:SESSION` of an assumed role.
    package let userID: String

    /// The IAM user that a long-lived key belongs to.
    static func user(_ name: String, account: String) -> Caller {
        Caller(
            account: account, arn: "arn:aws:iam::\(account):user/\(name)",
            userID: uniqueID("AIDA", of: "user/\(account)/\(name)"))
    }

    /// A session of a role; a role's path is no part of it, as AWS has it.
    static func assumedRole(_ role: RoleARN, session: String) -> Caller {
        Caller(
            account: role.account,
            arn: "arn:aws:sts::\(role.account):assumed-role/\(role.name)/\(session)",
            userID: uniqueID("AROA", of: "role/\(role.account)/\(role.name)") + ":\(session)")
    }

    /// Whether the caller is a session: such a one may not ask for more than an hour when it
    /// assumes another role.
    var isAssumedRole: Bool { arn.hasPrefix("arn:aws:sts:") }
}

/// The ARN of a role, `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
struct RoleARN: Hashable, Sendable {
    let account: String
    /// What follows the path.
    let name: String
    let text: String

    /// Parses an ARN; nil where it is none of a role.
    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "iam",
            parts[3].isEmpty, parts[4].utf8.count == 12, parts[4].allSatisfy(\.isNumber),
            parts[5].hasPrefix("role/"), let name = parts[5].split(separator: "/").last,
            parts[5].last != "/"
        else { return nil }
        account = String(parts[4])
        self.name = String(name)
        self.text = text
    }

    init(account: String, name: String) {
        self.account = account
        self.name = name
        text = "arn:aws:iam::\(account):role/\(name)"
    }

    /// The role that nobody may assume.
    var isDenied: Bool { name == "denied" }
}
