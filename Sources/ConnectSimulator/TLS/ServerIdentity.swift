import FoundationEssentials
import NIOSSL

/// What a simulator proves itself with: a leaf of a CA that lives no longer than the process.
struct ServerIdentity: Sendable {
    private static let day: Int64 = 86_400
    private static let hosts = "DNS:localhost,IP:127.0.0.1,IP:::1"
    private static let otherHosts = "DNS:connect.example.com"

    private let chain: [UInt8]
    private let key: [UInt8]
    /// The CA that clients are told to trust.
    private let authority: [UInt8]

    /// - Parameter now: by the machine's clock, whatever the simulator's says.
    init(_ certificate: TLSOptions.Certificate, at now: Moment) throws(SimulatorError) {
        let today = now.milliseconds / 1000
        let valid = (today - 10 * Self.day)...(today + 30 * Self.day)
        let past = (today - 10 * Self.day)...(today - Self.day)
        let authority = try CertifiedKey.authority("Baton simulator CA", valid: valid)
        let leaf = try authority.server(
            "Baton simulator",
            hosts: certificate == .wrongHost ? Self.otherHosts : Self.hosts,
            valid: certificate == .expired ? past : valid)
        chain = try leaf.certificatePEM()
        key = try leaf.keyPEM()
        if certificate == .unknownIssuer {
            let other = try CertifiedKey.authority("Another CA", valid: valid)
            self.authority = try other.certificatePEM()
        } else {
            self.authority = try authority.certificatePEM()
        }
    }

    /// Writes the CA for clients to trust.
    func writeAuthority(toFile path: String) throws(SimulatorError) {
        do {
            try Data(authority).write(to: URL(filePath: path))
        } catch {
            throw SimulatorError(doing: .writingAuthority, subject: path, cause: "\(error)")
        }
    }

    /// What the server's connections are set up with.
    func configuration() throws -> TLSConfiguration {
        let certificates = try NIOSSLCertificate.fromPEMBytes(chain)
        return .makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
    }
}
