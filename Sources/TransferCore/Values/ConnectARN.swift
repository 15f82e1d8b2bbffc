/// The ARN of an instance or of something in it.
///
/// `arn:P:connect:R:A:instance/I`, `…/contact/C`, `…/queue/Q`, `…/agent/U`, `…/contact-flow/F`
/// (Service Authorization Reference, Amazon Connect, resource types).
package struct ConnectARN: Hashable, Sendable {
    package let partition: String
    package let region: String
    package let account: String
    package let instance: String
    /// What it names within the instance, such as `queue`; nil for the instance itself.
    package let kind: String?
    package let id: String?

    /// Parses an ARN of Amazon Connect; nil for any other text.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "connect", !parts[3].isEmpty
        else { return nil }
        let path = parts[5].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 2 || path.count == 4, path[0] == "instance", !path[1].isEmpty
        else { return nil }
        partition = String(parts[1])
        region = String(parts[3])
        account = String(parts[4])
        instance = String(path[1])
        kind = path.count == 4 ? String(path[2]) : nil
        id = path.count == 4 ? String(path[3]) : nil
    }
}
