package import AWSSigning
import FoundationEssentials
package import TransferCore

/// Credentials of an EC2 instance's role, from its metadata service (IMDSv2; botocore, utils.py,
/// InstanceMetadataFetcher).
///
/// A machine that does not answer is no EC2 instance, and an instance without a role has none to
/// give: neither is an error.
package struct InstanceMetadataCredentials: CredentialProvider {
    private let settings: ClientSettings
    private let surroundings: ClientSurroundings

    private static let rolePath = "latest/meta-data/iam/security-credentials/"

    package init(settings: ClientSettings, surroundings: ClientSurroundings) {
        self.settings = settings
        self.surroundings = surroundings
    }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        let isDisabled = settings.environment.value("AWS_EC2_METADATA_DISABLED") ?? ""
        guard isDisabled.lowercased() != "true",
            let session = try await InstanceMetadataSession(settings, surroundings),
            let answer = try await session.text(at: Self.rolePath)
        else { return nil }
        let role = try Self.role(answer)
        guard let document = try await session.text(at: Self.rolePath + role) else {
            throw .instanceMetadata("names the role \(role) and gives no credentials for it")
        }
        var rng = SystemRandomNumberGenerator()
        let credentials = try Self.credentials(document)
            .living(at: surroundings.now(), using: &rng)
        return FoundCredentials(credentials, from: "the instance metadata (role \(role))")
    }

    /// The role's name becomes part of a path, and an answer that is none is not EC2's
    /// (IAM's limits of names: 64 of `[\w+=,.@-]`).
    private static func role(_ answer: String) throws(ConnectClientError) -> String {
        let role = answer.trimmingBlanks
        let isName = role.utf8.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "_+=,.@-".unicodeScalars.contains(scalar))
        }
        guard isName, (1...64).contains(role.utf8.count), !role.allSatisfy({ $0 == "." }) else {
            throw .instanceMetadata("gave something that is no role's name")
        }
        return String(role)
    }

    private static func credentials(_ document: String) throws(ConnectClientError) -> Credentials {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(document.utf8))
        else { throw .instanceMetadata("gave something that is no JSON object") }
        if let code = members.text("Code"), code != "Success" {
            let words = [code, members.text("Message") ?? ""].filter { !$0.isEmpty }
            let said = QuotedText(startOf: words.joined(separator: ": "), hiding: nil).text
            throw .instanceMetadata(
                "gave no credentials: \(said). Check the instance's role and its trust policy")
        }
        return try Credentials(
            members, token: "Token", isTemporary: true, place: "the instance metadata")
    }
}

extension Credentials {
    /// The credentials with an end that is a few minutes off at the least.
    ///
    /// While EC2 cannot make new ones it gives out the old: they are used on and asked for again in
    /// 2 to 10 minutes, for a service may take them still ("static stability"). botocore adds its
    /// refresh window to the minutes; ours fits the life of credentials, see ``CredentialLife``.
    package func living(
        at now: Timestamp, using rng: inout some RandomNumberGenerator
    ) -> Credentials {
        let soon = now.milliseconds + Int64.random(in: 120_000...600_000, using: &rng)
        guard let end = expirationMilliseconds, end < soon else { return self }
        return Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken,
            expirationMilliseconds: soon)
    }
}
