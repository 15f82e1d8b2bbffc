/// The hosts that are reached without the proxy, as `NO_PROXY` lists them.
///
/// Nothing settles what may stand there. Decided here and not by libcurl, whose rule differs from
/// version to version, this takes what urllib (botocore), curl and Go each understand: names with all
/// below them, addresses, networks, each perhaps with a port, and `*` for all. What is none of these
/// is passed over.
package struct ProxyExceptions: Hashable, Sendable {
    private let exceptions: [Exception]

    /// - Parameter list: divided by commas or blanks.
    package init(_ list: String) {
        exceptions = list.split { $0 == "," || $0.isWhitespace }.compactMap(Exception.init)
    }

    /// True where a host is excepted.
    ///
    /// - Parameters:
    ///   - host: in lower case, an IPv6 address without brackets.
    ///   - port: of the call, whether it was written or not.
    package func hold(host: String, port: Int) -> Bool {
        let address = IPNetwork(host)
        let name = address == nil ? ".\(host.droppingLastDot)" : nil
        return exceptions.contains { exception in
            guard exception.port == nil || exception.port == port else { return false }
            switch exception.hosts {
            case .all: return true
            case .domain(let domain): return name?.hasSuffix(domain) == true
            case .network(let network): return address.map(network.contains) == true
            }
        }
    }
}

/// One word of the list.
private struct Exception: Hashable, Sendable {
    enum Hosts: Hashable, Sendable {
        case all
        /// A name and all below it, in lower case with a dot before it: so that it ends at a label's
        /// border.
        case domain(String)
        case network(IPNetwork)
    }

    let hosts: Hosts
    /// Nil for all ports.
    let port: Int?

    /// Nil where the word is none that can be understood.
    init?(_ word: Substring) {
        if word == "*" {
            (hosts, port) = (.all, nil)
        } else if let network = IPNetwork(word) {
            (hosts, port) = (.network(network), nil)
        } else {
            let rest = word.hasPrefix("*.") ? word.dropFirst() : word
            guard let parts = Endpoint.hostAndPort(rest.drop { $0 == "." }) else { return nil }
            hosts =
                IPNetwork(parts.host).map { .network($0) }
                ?? .domain(".\(parts.host.droppingLastDot)")
            port = parts.port
        }
    }
}

extension String {
    /// A full name may be written with the dot of the root.
    fileprivate var droppingLastDot: Substring { hasSuffix(".") ? dropLast() : self[...] }
}
