import AWSSigning
import ArgumentParser
import ConnectSimulator
import FoundationEssentials
import UnixSignals

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Serves a local Amazon Connect until it is interrupted.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Serves a local Amazon Connect at 127.0.0.1.",
        discussion: """
            Prints one line of JSON with its endpoint once it listens. STS, Service Quotas, the SSO \
            portal and its token service, container credentials (/container/credentials) and \
            instance metadata (/latest) are served on the same port.
            """)

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port: UInt16 = 0
    @OptionGroup(title: "World") var world: WorldArguments
    @OptionGroup(title: "Quotas") var quotas: QuotaArguments
    @OptionGroup(title: "Faults") var faults: FaultArguments
    @OptionGroup(title: "Credentials") var credentials: CredentialArguments
    @OptionGroup(title: "Access") var access: AccessArguments
    @OptionGroup(title: "TLS") var tls: TLSArguments
    @Option(help: "Writes the input CSV of the world to this file.")
    var writeCSV: String?
    @Option(help: "Appends each transfer that takes effect to this file, as a line of JSON.")
    var effects: String?
    @Option(help: "Keeps the transfers in this file, so that they survive a restart.")
    var state: String?
    @Option(help: ArgumentHelp("Ends with this process, which started it.", visibility: .hidden))
    var parent: Int32?

    func run() async throws {
        var options = SimulatorOptions(world: world.options)
        options.port = Int(port)
        options.quotas = quotas.quotas
        options.faults = faults.plan
        options.credentials = credentials.credentials
        options.verifiesSignatures = !credentials.noVerify
        options.access = access.options
        options.clockSkew = .seconds(access.clockSkew)
        options.tls = tls.options
        options.effectsFile = effects
        options.stateFile = state
        let simulator = try Simulator(options)
        if let writeCSV { try simulator.world.writeInputCSV(toFile: writeCSV) }
        try await serve(simulator)
    }

    /// Waits until the process that started this one has ended, in whatever way. It looks now and then:
    /// one that is killed sends nothing, and PR_SET_PDEATHSIG goes by the thread that started this.
    private static func outlive(_ parent: Int32) async throws {
        while getppid() == parent { try await Task.sleep(for: .milliseconds(200)) }
    }

    private func serve(_ simulator: Simulator) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await simulator.run { port in
                    let line = ListeningLine(simulator, port: port)
                    guard let json = try? JSONEncoder().encode(line) else { return }
                    print(String(decoding: json, as: UTF8.self))
                    fflush(nil)
                }
            }
            group.addTask { for await _ in signals { return } }
            if let parent { group.addTask { try await Self.outlive(parent) } }
            // A signal ends the server, a failure of the server the waiting for a signal.
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// What is printed once calls are taken: all that a client needs to be pointed here.
private struct ListeningLine: Encodable {
    let endpoint: String
    let region: String
    let instanceId: String
    let accountId: String
    let accessKeyId: String
    /// A role that can be assumed, as can all others.
    let roleArn: String
    let ssoAccessToken: String
    let ssoRefreshToken: String
    let webIdentityToken = SimulatorCredentials.webIdentityToken
    let containerCredentialsUri: String
    /// The CA to trust, under TLS.
    let caFile: String?
    let pid: Int32

    init(_ simulator: Simulator, port: Int) {
        let options = simulator.options
        endpoint = "\(options.tls == nil ? "http" : "https")://127.0.0.1:\(port)"
        region = options.region
        instanceId = simulator.world.instance.text
        accessKeyId = options.credentials.accessKeyID
        accountId = options.world.account
        roleArn = "arn:aws:iam::\(accountId):role/operations"
        ssoAccessToken = options.access.ssoAccessToken
        ssoRefreshToken = options.access.ssoRefreshToken
        containerCredentialsUri = "\(endpoint)/container/credentials"
        caFile = options.tls?.authorityFile
        pid = getpid()
    }
}
