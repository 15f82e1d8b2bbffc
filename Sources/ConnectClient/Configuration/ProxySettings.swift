import AWSSigning

/// The proxy between here and AWS; none at all where nothing is set.
///
/// User and password stand apart from the address: libcurl repeats addresses in its messages.
package struct ProxySettings: Hashable, Sendable {
    /// `scheme://host:port`; nil for no proxy.
    package let address: String?
    let user: String?
    let password: String?
    private let exceptions: ProxyExceptions

    /// What proxies speak, with the port where none is given (botocore's for the first two; curl's
    /// own 1080 for these is nobody else's).
    private static let ports = [
        "http": 80, "https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080,
    ]

    /// Where credentials of this machine come from: another's would be as good as theirs.
    private static let neverProxied = ProxyExceptions(
        MetadataAddress.instanceHosts.union(MetadataAddress.containerHosts)
            .joined(separator: ","))

    /// No proxy.
    package init() {
        (address, user, password) = (nil, nil, nil)
        exceptions = ProxyExceptions("")
    }

    /// Parses `[scheme://][user[:password]@]host[:port][/]`, http where there is no scheme.
    ///
    /// - Parameter exceptions: the value of `NO_PROXY`.
    package init(_ url: String, exceptions: String) throws(ConnectClientError) {
        let mark = url.firstRange(of: "://")
        let scheme = mark.map { url[..<$0.lowerBound].lowercased() } ?? "http"
        var rest = url[(mark?.upperBound ?? url.startIndex)...]
        var login: [String?] = []
        if let at = rest.lastIndex(of: "@") {
            login = rest[..<at].split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false
            ).map {
                String(validating: PercentEncoding.decoded($0.utf8), as: UTF8.self)
            }
            rest = rest[rest.index(after: at)...]
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let port = Self.ports[scheme], !login.contains(nil),
            let parts = Endpoint.hostAndPort(rest)
        else {
            // The text is not repeated: a password may stand in it, wherever it went wrong.
            throw ConnectClientError(
                .proxyInvalid,
                "The proxy that HTTPS_PROXY or ALL_PROXY names cannot be used. Write it as "
                    + "http://host:port or http://user:password@host:port, other signs than "
                    + "letters and digits in user and password as %XX.")
        }
        let host = parts.host.contains(":") ? "[\(parts.host)]" : parts.host
        address = "\(scheme)://\(host):\(parts.port ?? port)"
        user = login.first ?? nil
        password = login.count > 1 ? login[1] : nil
        self.exceptions = ProxyExceptions(exceptions)
    }

    /// True where an endpoint is reached through the proxy: never this machine, whose loopback is
    /// another one at the proxy (botocore goes by NO_PROXY alone here).
    func serves(_ endpoint: Endpoint) -> Bool {
        guard address != nil, !endpoint.isLoopback else { return false }
        let port = endpoint.port ?? (endpoint.isTLS ? 443 : 80)
        return ![exceptions, Self.neverProxied].contains {
            $0.hold(host: endpoint.host, port: port)
        }
    }
}

extension ProxySettings: CustomStringConvertible, CustomReflectable {
    package var description: String { address ?? "no proxy" }
    /// What `dump` and string interpolation of an enclosing value walk through.
    package var customMirror: Mirror { Mirror(self, children: ["address": address ?? ""]) }
}
