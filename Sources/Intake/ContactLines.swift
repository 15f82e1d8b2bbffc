import TransferCore

/// The line on which each contact was first seen: at most 64 bytes a contact.
///
/// Contacts are known by a 128-bit digest, seeded anew in each process: with a million of them the
/// odds that two share one are below 1 in 10^26. Ids are compared without regard to case, since a
/// contact given twice in two spellings must not be moved twice.
struct ContactLines {
    private struct Key: Hashable {
        let low: Int
        let high: Int
    }

    private var lines: [Key: UInt32] = [:]

    /// Notes a contact's line; returns the first line of one that was seen before.
    mutating func note(_ contact: ContactID, line: Int) -> Int? {
        let spelling = contact.text.lowercased()
        let key = Key(low: Self.digest(spelling, salt: 1), high: Self.digest(spelling, salt: 2))
        if let first = lines[key] { return Int(first) }
        lines[key] = UInt32(clamping: line)
        return nil
    }

    private static func digest(_ text: String, salt: UInt8) -> Int {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(text)
        return hasher.finalize()
    }
}
