#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The addresses of IPv4 or IPv6 that begin with the same bits; one address where all are given.
struct IPNetwork: Hashable, Sendable {
    /// Four, or sixteen.
    private let bytes: [UInt8]
    private let prefixBits: Int

    /// Parses `10.0.0.1`, `10.0.0.0/8`, `fd00::1` or `fd00::/8`; nil for anything else.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.map({ String($0) }),
            let bytes = Self.bytes(of: address, AF_INET, 4) ?? Self.bytes(of: address, AF_INET6, 16)
        else { return nil }
        let bits = bytes.count * 8
        guard let prefixBits = parts.count > 1 ? Int(parts[1]) : bits,
            (0...bits).contains(prefixBits)
        else { return nil }
        self.bytes = bytes
        self.prefixBits = prefixBits
    }

    func contains(_ other: IPNetwork) -> Bool {
        guard other.bytes.count == bytes.count, other.prefixBits >= prefixBits else { return false }
        let (whole, rest) = prefixBits.quotientAndRemainder(dividingBy: 8)
        guard other.bytes[..<whole] == bytes[..<whole] else { return false }
        return rest == 0 || (other.bytes[whole] ^ bytes[whole]) >> (8 - rest) == 0
    }

    private static func bytes(of text: String, _ family: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return unsafe inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}
