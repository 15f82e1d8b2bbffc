import ConnectClient
import ConnectSimulator
import TestSupport
import Testing
import TransferCore

/// Certificates that must be refused: what is said of each, and that nothing is sent.
@Suite(.timeLimit(.minutes(1)))
struct CertificateTests {
    private let folder = TemporaryDirectory()

    /// The failure of a transfer that would succeed but for the certificate; nil where it did.
    private func failure(
        _ certificate: TLSOptions.Certificate, transfers: Int
    ) async throws -> TransferFailure? {
        var failure: TransferFailure?
        try await Edge.run {
            $0.tls = TLSOptions(certificate, authorityFile: folder.file("ca.pem"))
            $0.world.contacts = 1
            $0.world.failingShare = 0
        } _: { edge in
            let row = try #require(edge.world.rows.first)
            failure = await caught { try await edge.client.transfer(edge.request(row)) }
            #expect(edge.simulator.statistics.transfers == transfers)
        }
        return failure
    }

    @Test(arguments: [
        (TLSOptions.Certificate.expired, "certificate has expired"),
        (.wrongHost, "subject name"), (.unknownIssuer, "issuer certificate"),
    ])
    func `sends nothing, and says what is wrong and what to do`(
        _ certificate: TLSOptions.Certificate, _ why: String
    ) async throws {
        let failure = try #require(try await failure(certificate, transfers: 0))
        #expect(failure.code == "TLSVerificationFailed")
        #expect(failure.advice == .retry(mayHaveTakenEffect: false))
        #expect(failure.message.hasPrefix("The certificate of 127.0.0.1 was not accepted: "))
        for words in [why, "AWS_CA_BUNDLE", "--endpoint-url", "clock"] {
            #expect(failure.message.contains(words), "\(failure.message)")
        }
    }

    @Test(arguments: [
        (TLSOptions.Certificate.trusted, "refused to connect (HTTP "),
        (.expired, "did not connect: SSL certificate problem"),
    ])
    func `holds a proxy's certificate against the same bundle, and names the proxy`(
        _ certificate: TLSOptions.Certificate, _ words: String
    ) async throws {
        let authority = folder.file("ca.pem")
        try await Edge.run {
            $0.tls = TLSOptions(certificate, authorityFile: authority)
            $0.world.contacts = 1
        } _: { edge in
            // The simulator is no proxy: it is enough that it hears what it is asked.
            let proxy = "https://127.0.0.1:\(edge.port)"
            var limits = TransportLimits()
            limits.caBundle = authority
            // With all tests on two cores a handshake may take long.
            limits.connectTimeout = .seconds(60)
            limits.proxy = try ProxySettings(proxy, exceptions: "")
            let client = ConnectClient(
                configuration: ClientConfiguration(
                    region: "us-east-1", endpoint: try Endpoint("https://connect.example"),
                    limits: limits),
                credentials: edge.credentials,
                surroundings: ClientSurroundings(
                    limits: limits, version: "1", now: { Timestamp(milliseconds: 0) }))
            let row = try #require(edge.world.rows.first)
            let failure = await caught { try await client.transfer(edge.request(row)) }
            let message = failure?.message ?? ""
            #expect(message.contains("the proxy \(proxy) \(words)"), "\(message)")
        }
    }

    @Test func `sends to a certificate that the CA bundle vouches for`() async throws {
        let failure = try await failure(.trusted, transfers: 1)
        #expect(failure == nil, "\(failure?.message ?? "")")
    }
}
