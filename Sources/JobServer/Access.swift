import FoundationEssentials

/// Who may read: decides from a request's headers alone.
package struct Access: Sendable {
    let token: Token?
    let isLoopback: Bool

    /// What a request is answered with before anything is looked at.
    enum Verdict: Equatable {
        case admitted
        /// The Host header names another machine: a page from there reads this one (DNS rebinding).
        case foreignHost
        case noToken
    }

    func verdict(host: String?, authorization: String?) -> Verdict {
        if isLoopback, !(host.map(LoopbackName.includes(authority:)) ?? false) {
            return .foreignHost
        }
        guard let token else { return .admitted }
        return authorization.map(token.admits(authorization:)) ?? false ? .admitted : .noToken
    }
}

/// What a client shows to be let in; never printed.
package struct Token: Sendable {
    private let bytes: [UInt8]

    private static let bytesMin = 16
    private static let bytesMax = 1024

    /// - Parameter source: where it is from, for people.
    /// - Throws: ``ServerError`` `.token`: too short, too long, or with other than visible ASCII.
    package init(_ text: String, from source: String) throws(ServerError) {
        bytes = Array(text.utf8)
        guard (Self.bytesMin...Self.bytesMax).contains(bytes.count) else {
            throw ServerError(
                .token, source,
                cause: "it has \(bytes.count) characters. Make one of \(Self.bytesMin) or more, "
                    + "such as `openssl rand -hex 24` prints")
        }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ServerError(
                .token, source, cause: "it has blanks or characters that are not of ASCII")
        }
    }

    /// Whether an Authorization header has it: as Bearer, or as the password of Basic, which a
    /// browser asks for by itself.
    func admits(authorization: String) -> Bool {
        let words = authorization.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return false }
        switch words[0].lowercased() {
        case "bearer": return equals(Array(words[1].utf8))
        case "basic":
            guard let pair = Data(base64Encoded: String(words[1])),
                let colon = pair.firstIndex(of: UInt8(ascii: ":"))
            else { return false }
            return equals(Array(pair[pair.index(after: colon)...]))
        default: return false
        }
    }

    /// In a time that depends on the length of what was shown alone.
    private func equals(_ shown: [UInt8]) -> Bool {
        var difference = shown.count ^ bytes.count
        for (index, byte) in shown.enumerated() {
            difference |= Int(byte ^ bytes[index % bytes.count])
        }
        return difference == 0
    }
}

/// The names by which a machine means itself.
enum LoopbackName {
    /// `localhost`, an address of 127.0.0.0/8, `::1`.
    static func includes(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
            }
    }

    /// The same of a Host header, which may have a port.
    static func includes(authority: String) -> Bool {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            return includes(String(host)) && isPort(authority[end...].dropFirst())
        }
        let colon = authority.firstIndex(of: ":") ?? authority.endIndex
        return authority != "::1" && includes(String(authority[..<colon]))
            && isPort(authority[colon...])
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && UInt16(text.dropFirst()) != nil)
    }
}
