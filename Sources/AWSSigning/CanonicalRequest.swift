/// A request as far as a signature covers it.
package struct SignableRequest: Sendable {
    package typealias Header = (name: String, value: String)

    package var method: String
    /// The path as it stands on the request line, already encoded.
    package var path: String
    /// What stands after `?` on the request line; empty where there is none.
    package var query: String
    /// In the order of the wire; repeated names are allowed.
    package var headers: [Header]
    /// The SHA-256 of the body in hexadecimal digits.
    package var payloadHash: String

    package init(
        method: String, path: String, query: String = "", headers: [Header], payloadHash: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.payloadHash = payloadHash
    }
}

/// The one spelling of a request that both sides hash.
///
/// "Create a canonical request", IAM User Guide, Signature Version 4; the choices that the guide
/// leaves open are those of botocore's auth.py.
package struct CanonicalRequest: Sendable {
    package let bytes: [UInt8]
    /// Lower case, in order, joined by `;`.
    package let signedHeaders: String

    /// Writes the canonical form of a request.
    ///
    /// - Parameters:
    ///   - signed: the lower-case names of the headers to cover; nil covers all that may be.
    ///   - normalizesPath: false keeps dots and double slashes, as Amazon S3 alone wants it.
    package init(
        _ request: SignableRequest, signing signed: [String]? = nil, normalizesPath: Bool = true
    ) {
        let headers = CanonicalHeaders(request.headers, signing: signed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        bytes += request.method.utf8
        bytes.append(newline)
        let path = normalizesPath ? normalized(request.path) : request.path
        PercentEncoding.append(path.utf8, to: &bytes, keepingSlashes: true)
        bytes.append(newline)
        if !request.query.isEmpty { bytes += canonicalQuery(request.query).utf8 }
        bytes.append(newline)
        bytes += headers.bytes
        bytes.append(newline)
        bytes += headers.names.utf8
        bytes.append(newline)
        bytes += request.payloadHash.utf8
        self.bytes = bytes
        signedHeaders = headers.names
    }

    /// For people and tests.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

private let newline = UInt8(ascii: "\n")

/// The path without empty and dot segments; `/` where nothing is left.
private func normalized(_ path: String) -> String {
    guard isOpenToNormalizing(path) else { return path }
    var kept: [Substring] = []
    // By bytes, since a mark that combines with a slash would hide it.
    let segments = path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
    for segment in segments where segment != "." {
        if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
    }
    return "/" + kept.joined(separator: "/")
        + (path.utf8.last == UInt8(ascii: "/") && !kept.isEmpty ? "/" : "")
}

/// False where a path surely has no empty and no dot segments, as nearly all have none.
private func isOpenToNormalizing(_ path: String) -> Bool {
    var previous: UInt8?
    for byte in path.utf8 {
        let isSlash = byte == UInt8(ascii: "/")
        if previous == nil, !isSlash { return true }
        if previous == UInt8(ascii: "/"), isSlash || byte == UInt8(ascii: ".") { return true }
        previous = byte
    }
    return previous == nil
}

/// The pairs in order of encoded key, then encoded value; `key=` where there is no value.
///
/// Decoding first makes one spelling of `%7E`, `%7e` and `~`.
private func canonicalQuery(_ query: String) -> String {
    let pairs = query.utf8.split(separator: UInt8(ascii: "&")).map { pair in
        let halves = pair.split(
            separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        return (key: recoded(halves[0]), value: halves.count > 1 ? recoded(halves[1]) : "")
    }
    return pairs.sorted { $0 < $1 }.map { $0.key + "=" + $0.value }.joined(separator: "&")
}

private func recoded(_ bytes: Substring.UTF8View) -> String {
    var output: [UInt8] = []
    PercentEncoding.append(PercentEncoding.decoded(bytes), to: &output, keepingSlashes: false)
    return String(decoding: output, as: UTF8.self)
}
