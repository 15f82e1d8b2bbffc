/// An access key of AWS, and the session that goes with it.
///
/// Printing one shows the access key's id alone, however it is printed: ids stand in CloudTrail and
/// help an operator; secrets and session tokens stand nowhere.
package struct Credentials: Hashable, Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    /// Nil for the long-lived key of an IAM user.
    package let sessionToken: String?
    /// When they end, in milliseconds since 1970; nil where nobody said.
    package let expirationMilliseconds: Int64?

    package init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil,
        expirationMilliseconds: Int64? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expirationMilliseconds = expirationMilliseconds
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "credentials \(accessKeyID)" }
    package var debugDescription: String { description }
    /// What `dump` and string interpolation of an enclosing value walk through.
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
