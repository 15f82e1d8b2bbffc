/// Where the service is: scheme, host and port, perhaps with a path before the operations' own.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package let isTLS: Bool
    /// Lower case; an IPv6 address without its brackets.
    package let host: String
    /// Nil where it is the scheme's own.
    package let port: Int?
    /// Without a slash at its end; mostly empty.
    package let path: String
    /// Nil where requests are signed for the Region that was asked for.
    package let signingRegion: String?

    /// Parses `https://host[:port][/path]`; plain http is for this machine alone.
    package init(_ text: String) throws(ConnectClientError) { try self.init(text, plainHosts: []) }

    /// - Parameter plainHosts: that may be addressed without TLS though they are not this machine:
    ///   for ``MetadataAddress`` alone.
    init(_ text: String, plainHosts: Set<String>) throws(ConnectClientError) {
        func refused(_ why: String) -> ConnectClientError {
            ConnectClientError(
                .endpointInvalid,
                "The endpoint \(Self.withoutUser(text)) cannot be used: \(why). "
                    + "Write it as https://host or http://127.0.0.1:port.")
        }
        guard !text.contains("@") else {
            throw refused("a user or a password stands before its @, and has no place there")
        }
        let lowercased = text.lowercased()
        let rest: Substring
        if lowercased.hasPrefix("https://") {
            (isTLS, rest) = (true, text.dropFirst("https://".count))
        } else if lowercased.hasPrefix("http://") {
            (isTLS, rest) = (false, text.dropFirst("http://".count))
        } else {
            throw refused("it starts with neither https:// nor http://")
        }
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest.dropFirst(authority.count)
        guard path.unicodeScalars.allSatisfy(Self.isInPath) else {
            throw refused("its path holds a query, a blank or another sign that has no place there")
        }
        guard let parts = Self.hostAndPort(authority) else {
            throw refused("\(authority) is no host, or its port no number from 1 to 65535")
        }
        host = parts.host
        port = parts.port == (isTLS ? 443 : 80) ? nil : parts.port
        self.path = String(path.hasSuffix("/") ? path.dropLast() : path)
        signingRegion = nil
        guard isTLS || isLoopback || plainHosts.contains(host) else {
            throw refused("without TLS only this machine may be addressed")
        }
    }

    /// `https://host`, for hosts that the rules made.
    init(host: String, signingRegion: String? = nil) {
        (isTLS, self.host, port, path) = (true, host, nil, "")
        self.signingRegion = signingRegion
    }

    /// True for 127.0.0.0/8, ::1 and localhost.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127"
            && octets.allSatisfy { $0.allSatisfy(\.isNumber) && UInt8($0) != nil }
    }

    /// What the `Host` header says: the port only where it is not the scheme's own.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
    }

    package var description: String { "\(isTLS ? "https" : "http")://\(authority)\(path)" }

    /// A text without what may be a password in it: all up to the last `@`, but for the scheme.
    private static func withoutUser(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let lowercased = text.lowercased()
        let scheme = ["https://", "http://"].first { lowercased.hasPrefix($0) } ?? ""
        return scheme + text[text.index(after: at)...]
    }

    /// `host[:port]`, an IPv6 address in brackets; nil for anything else.
    static func hostAndPort(
        _ authority: Substring
    ) -> (host: String, port: Int?)? {
        let end: Substring.Index
        let host: Substring
        if authority.first == "[" {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<bracket]
            guard host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
            end = authority.index(after: bracket)
        } else {
            host = authority.prefix { $0 != ":" }
            guard host.unicodeScalars.allSatisfy(isInHost) else { return nil }
            end = host.endIndex
        }
        guard !host.isEmpty else { return nil }
        guard end < authority.endIndex else { return (host.lowercased(), nil) }
        guard authority[end] == ":", let port = UInt16(authority[end...].dropFirst()), port > 0
        else { return nil }
        return (host.lowercased(), Int(port))
    }

    private static func isInHost(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_": true
        default: false
        }
    }

    private static func isInPath(_ scalar: Unicode.Scalar) -> Bool {
        isInHost(scalar) || scalar == "/" || scalar == "~" || scalar == "%"
    }
}
