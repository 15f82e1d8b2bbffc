import AWSSigning

/// What an answer may repeat of its request and nobody may write down.
///
/// A refused signature is answered with the canonical request, in which the session token stands:
/// AWS means it for whoever debugs a signer, but a failure's words go into the ledger, the reports
/// and the terminal.
package struct Redaction: Sendable {
    private let secrets: [String]

    /// Shorter is no key of AWS's but a stand-in for one, and would tear words apart.
    private static let secretBytesMin = 8

    /// Hides nothing.
    package init() { secrets = [] }

    /// Hides what a call carries of its own.
    init(of call: Call) { self.init(hiding: call.secrets) }

    /// Hides the secrets of a request that was signed.
    init(of credentials: Credentials, signature: String, in call: Call) {
        let own = [credentials.sessionToken ?? "", credentials.secretAccessKey, signature]
        self.init(hiding: own + call.secrets)
    }

    private init(hiding all: [String]) {
        secrets = all.filter { $0.utf8.count >= Self.secretBytesMin }
    }

    /// The text with `[removed]` in place of each secret.
    ///
    /// To be used on whole texts, before they are cut: of half a secret nothing is found.
    func applied(to text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "[removed]") }
    }
}

extension Redaction: CustomStringConvertible, CustomReflectable {
    package var description: String { "redaction" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
