import COpenSSL

/// Where and for what a signature holds: `20150830/us-east-1/connect/aws4_request`.
package struct CredentialScope: Hashable, Sendable {
    static let terminator = "aws4_request"

    /// `20150830`.
    package let day: String
    package let region: String
    package let service: String

    package init(day: String, region: String, service: String) {
        self.day = day
        self.region = region
        self.service = service
    }

    package var text: String {
        var text = day
        text.reserveCapacity(64)
        for word in ["/", region, "/", service, "/", Self.terminator] { text += word }
        return text
    }
}

/// The parts of an `Authorization` header of Signature Version 4.
package struct AuthorizationHeader: Hashable, Sendable {
    package static let algorithm = "AWS4-HMAC-SHA256"

    package let accessKeyID: String
    package let scope: CredentialScope
    /// Lower case, in the order of the header.
    package let signedHeaders: [String]
    /// 64 lower-case hexadecimal digits.
    package let signature: String

    /// Parses a header's value; nil where it is no header of this algorithm.
    ///
    /// Blanks round the commas are tolerated, the order of the parts is not fixed, as AWS has it.
    package init?(_ value: some StringProtocol) {
        let halves = value.split(separator: " ", maxSplits: 1)
        guard halves.count == 2, halves[0] == Self.algorithm else { return nil }
        var parts: [Substring: Substring] = [:]
        for part in halves[1].split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            let name = pair[0].drop { $0 == " " }
            guard parts.updateValue(Substring(pair[1]), forKey: Substring(name)) == nil
            else { return nil }
        }
        guard let credential = parts["Credential"], let headers = parts["SignedHeaders"],
            let signature = parts["Signature"]
        else { return nil }
        // An access key's id may hold no slash, so that the scope is the last four words.
        let words = credential.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 5, words[4] == CredentialScope.terminator else { return nil }
        accessKeyID = String(words[0])
        scope = CredentialScope(
            day: String(words[1]), region: String(words[2]), service: String(words[3]))
        signedHeaders = headers.split(separator: ";").map(String.init)
        self.signature = String(signature.prefix { $0 != " " })
    }

    /// Says whether the header carries this signature, in a time that does not tell how nearly.
    package func carries(signature expected: String) -> Bool {
        let ours = Array(expected.utf8)
        let theirs = Array(signature.utf8)
        guard ours.count == theirs.count else { return false }
        return unsafe ours.withUnsafeBytes { ours in
            unsafe theirs.withUnsafeBytes { theirs in
                unsafe CRYPTO_memcmp(ours.baseAddress, theirs.baseAddress, ours.count) == 0
            }
        }
    }
}
