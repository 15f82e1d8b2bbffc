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
        let digits = Array(SHA256Digest(of: "amz-sdk-invocation-id \(token)").hex.utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for place in 0..<32 {
            if place == 8 || place == 12 || place == 16 || place == 20 {
                text.append(UInt8(ascii: "-"))
            }
            // The version and the variant.
            text.append(place == 12 || place == 16 ? UInt8(ascii: "8") : digits[place])
        }
        id = String(decoding: text, as: UTF8.self)
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
