import ConnectSimulator
import NIOSSL
import TestSupport
import Testing

/// The simulator over https, with a right certificate and with wrong ones.
struct TLSTests {
    private let folder = TemporaryDirectory()
    private var authorityFile: String { folder.file("ca.pem") }

    /// What the statistics are answered with, to a client that trusts the CA file alone.
    private func status(
        _ certificate: TLSOptions.Certificate, host: String? = nil, checks: Bool = true
    ) async throws -> Int? {
        let options = unlimited {
            $0.tls = TLSOptions(certificate, authorityFile: authorityFile)
        }
        var status: Int?
        // Certificates are looked at by the machine's clock, so that the simulator has it too.
        try await withSimulator(options, clock: .system) { _, port in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(authorityFile)
            if !checks { configuration.certificateVerification = .none }
            status = try await HTTPConnection.open(
                toPort: port, tls: TLSClient(configuration: configuration, host: host)
            ) { try await $0.exchange(.get("/simulator/stats"))?.status }
        }
        return status
    }

    @Test(arguments: [nil, "localhost"])
    func `proves itself by address and by name`(host: String?) async throws {
        #expect(try await status(.trusted, host: host) == 200)
    }

    @Test(arguments: [
        TLSOptions.Certificate.expired, .wrongHost, .unknownIssuer,
    ])
    func `shows a certificate that must be refused, and nothing else is wrong`(
        certificate: TLSOptions.Certificate
    ) async throws {
        let error = await #expect(throws: (any Error).self) { try await status(certificate) }
        let isOfHost = (error as? NIOSSLExtraError) == .failedToValidateHostname
        #expect(isOfHost == (certificate == .wrongHost), "\(String(describing: error))")
        #expect(try await status(certificate, checks: false) == 200)
    }

    @Test func `takes no plain HTTP, and writes no key`() async throws {
        let options = unlimited { $0.tls = TLSOptions(authorityFile: authorityFile) }
        try await withSimulator(options, clock: .system) { _, port in
            let answer = try? await HTTPConnection.open(toPort: port) {
                try await $0.exchange(.get("/simulator/stats"))
            }
            #expect(answer == nil)
        }
        let written = String(
            decoding: TemporaryDirectory.read(authorityFile) ?? [], as: UTF8.self)
        #expect(written.hasPrefix("-----BEGIN CERTIFICATE-----"))
        #expect(!written.contains("PRIVATE"))
    }

    @Test func `resets a connection under TLS without a farewell`() async throws {
        let world = smallWorld()
        let call = Call.transfer(world.parameters(try world.goodRow))
        let options = unlimited {
            $0.tls = TLSOptions(authorityFile: authorityFile)
            $0.faults = FaultPlan(rates: [.resetAfterEffect: 1])
            $0.verifiesSignatures = false
        }
        try await withSimulator(options, clock: .system) { simulator, port in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(authorityFile)
            let client = TLSClient(configuration: configuration)
            await #expect(throws: ResetByPeer.self) {
                _ = try await HTTPConnection.open(toPort: port, tls: client) {
                    try await $0.exchange(call)?.status
                }
            }
            #expect(simulator.statistics.transfers == 1)
        }
    }

    @Test func `says which CA file it cannot write`() {
        let error = #expect(throws: SimulatorError.self) {
            try Simulator(unlimited { $0.tls = TLSOptions(authorityFile: "/nowhere/at/all.pem") })
        }
        #expect(error?.activity == .writingAuthority)
        #expect(error?.description.contains("/nowhere/at/all.pem") == true)
    }
}
