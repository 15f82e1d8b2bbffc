/// A request as it came in, before anything in it is understood.
package struct Call: Sendable {
    package typealias Header = (name: String, value: String)

    package var method: String
    /// The request line's target, as it was sent: path and query, still encoded.
    package var target: String {
        didSet { (path, query) = Self.parts(of: target) }
    }
    /// The part of the target before `?`.
    private(set) var path: Substring
    /// The part of the target after `?`; empty where there is none.
    private(set) var query: Substring
    /// In the order of the wire, `Host` among them; names in lower case.
    package var headers: [Header]
    package var body: [UInt8]

    /// - Parameter headers: names in lower case.
    package init(
        method: String, target: String, headers: [Header] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        (path, query) = Self.parts(of: target)
        self.headers = headers
        self.body = body
    }

    /// By bytes: that is fast, and no combining sign after the `?` can hide it.
    private static func parts(of target: String) -> (path: Substring, query: Substring) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return (target[...], "")
        }
        return (target[..<mark], target[target.utf8.index(after: mark)...])
    }

    /// The value of the first header of a name, given in lower case.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// The parameters of a call that its path and query carry, decoded.
package struct CallParameters: Sendable {
    package var labels: [String: String]
    /// A name may be repeated: lists are sent that way.
    package var query: [(name: String, value: String)]
    package var body: [UInt8]

    /// The label of the path template; the router has seen to it that it is there.
    func label(_ name: String) -> String { labels[name] ?? "" }

    /// The first value of a query parameter.
    func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The pairs of a query; nil where one cannot be decoded.
    static func pairs(_ query: Substring) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for pair in query.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(halves[0]),
                let value = percentDecoded(halves.count > 1 ? halves[1] : "")
            else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }
}
