import AWSSigning
import FoundationEssentials
import TransferCore

/// What a call tells the service of its attempts, in the SDKs' headers.
///
/// Neither is signed (botocore adds them after signing): a proxy may write its own.
struct Invocation: Sendable {
    /// The same in every attempt of one call.
    let id: String
    let attempt: Attempt

    /// A call that is made once.
    init() {
        id = UUID().uuidString.lowercased()
        attempt = Attempt(number: 1, max: 1)
    }

    /// An attempt at a transfer.
    ///
    /// The id is made of the client token, so that it outlives a crash as the token does: a UUID of
    /// version 8 (RFC 9562, 5.8) from the token's SHA-256.
    init(_ attempt: Attempt, of token: ClientToken) {
        let digits = SHA256Digest(of: "amz-sdk-invocation-id \(token)").hex
        func group(_ first: Int, _ count: Int) -> Substring {
            digits.dropFirst(first).prefix(count)
        }
        id = "\(group(0, 8))-\(group(8, 4))-8\(group(12, 3))-8\(group(15, 3))-\(group(18, 12))"
        self.attempt = attempt
    }

    /// The headers, `sent` being how often the call went out before within this attempt.
    func headers(sent: Int) -> [SignableRequest.Header] {
        let number = attempt.number + sent
        return [
            ("amz-sdk-invocation-id", id),
            ("amz-sdk-request", "attempt=\(number); max=\(max(number, attempt.max))"),
        ]
    }
}
