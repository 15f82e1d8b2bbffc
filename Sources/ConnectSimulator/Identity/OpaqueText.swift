import AWSSigning
import FoundationEssentials

/// Texts that the simulator gives out and knows again without keeping a list: fields, and a
/// digest that only a simulator of the same seed makes.
///
/// So a simulator that was started again still knows what it issued, as AWS does. The digest
/// keeps tests honest about tokens that were changed; it protects nothing.
struct OpaqueText: Sendable {
    private static let separator: UInt8 = 0x1F
    private let key: [UInt8]

    init(seed: UInt64) { key = Array("baton-simulator-\(seed)".utf8) }

    /// Seals fields into base64; none may contain the separator, U+001F.
    ///
    /// - Parameter use: what the text is good for alone; it does not stand in it.
    func sealed(_ fields: [String], for use: String = "") -> String {
        var bytes = Array(fields.map { Array($0.utf8) }.joined(separator: [Self.separator]))
        bytes += digest(bytes, use)
        return Data(bytes).base64EncodedString()
    }

    /// The fields of a sealed text; nil where it is not one of ours, or was sealed for another use.
    func opened(_ text: String, for use: String = "") -> [String]? {
        guard let data = Data(base64Encoded: text), data.count > SHA256Digest.byteCount
        else { return nil }
        let fields = Array(data.dropLast(SHA256Digest.byteCount))
        guard digest(fields, use).elementsEqual(data.suffix(SHA256Digest.byteCount)) else {
            return nil
        }
        return fields.split(separator: Self.separator, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// A text of 40 characters that follows from another, as a secret does from its key's id.
    func secret(of text: String) -> String {
        String(Data(digest(Array("secret \(text)".utf8), "")).base64EncodedString().prefix(40))
    }

    private func digest(_ bytes: [UInt8], _ use: String) -> [UInt8] {
        SHA256Digest(of: key + Array(use.utf8) + [Self.separator] + bytes).bytes
    }
}

/// An id of AWS's form, a prefix and 17 letters and digits, that follows from a name.
func uniqueID(_ prefix: String, of name: String, length: Int = 17) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    let digest = SHA256Digest(of: name).bytes
    return prefix
        + String(decoding: digest.prefix(length).map { letters[Int($0 & 31)] }, as: UTF8.self)
}
