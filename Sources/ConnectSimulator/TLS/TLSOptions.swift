/// How a simulator serves https.
package struct TLSOptions: Hashable, Sendable {
    /// Which certificate it shows: a right one, or one that every client must refuse.
    package enum Certificate: String, Hashable, Sendable, CaseIterable {
        /// For 127.0.0.1, ::1 and localhost, issued by the CA of the CA file.
        case trusted
        /// It ended a day ago.
        case expired
        /// It names another host.
        case wrongHost = "wrong-host"
        /// The CA file holds another CA than the one that issued it.
        case unknownIssuer = "unknown-issuer"
    }

    package var certificate: Certificate
    /// The file to which the CA's certificate is written in PEM, for clients to trust.
    package var authorityFile: String

    package init(_ certificate: Certificate = .trusted, authorityFile: String) {
        self.certificate = certificate
        self.authorityFile = authorityFile
    }
}
