import FoundationEssentials
import TransferCore

extension Encodable {
    /// The text of a document: keys in alphabetical order, for `diff`.
    func document() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try Array(encoder.encode(self)) + [.lf]
    }
}
