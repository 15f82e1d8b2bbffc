import AWSSigning

/// The end of each line of a state: a tab and 16 hexadecimal digits of the line's SHA-256, so that
/// a byte that changed is seen and not taken for what happened.
enum LineSeal {
    private static let digits = 16

    /// A line with its seal.
    static func sealed(_ line: [UInt8]) -> [UInt8] {
        line + [UInt8(ascii: "\t")] + seal(of: line)
    }

    /// The line without its seal; nil where it is none of ours, or was changed.
    static func opened(_ sealed: some Collection<UInt8>) -> [UInt8]? {
        let bytes = Array(sealed)
        let line = Array(bytes.dropLast(digits + 1))
        return bytes == self.sealed(line) ? line : nil
    }

    private static func seal(of line: [UInt8]) -> some Collection<UInt8> {
        SHA256Digest(of: line).hex.utf8.prefix(digits)
    }
}
