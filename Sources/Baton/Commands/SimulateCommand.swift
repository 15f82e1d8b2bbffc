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
        discussion: "Prints one line of JSON with its endpoint once it listens.")

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port: UInt16 = 0
    @OptionGroup(title: "World") var world: WorldArguments
    @OptionGroup(title: "Quotas") var quotas: QuotaArguments
    @OptionGroup(title: "Faults") var faults: FaultArguments
    @OptionGroup(title: "Credentials") var credentials: CredentialArguments
    @Option(help: "Writes the input CSV of the world to this file.")
    var writeCSV: String?
    @Option(help: "Appends each transfer that takes effect to this file, as a line of JSON.")
    var effects: String?
    @Option(help: "Keeps the transfers in this file, so that they survive a restart.")
    var state: String?

    func run() async throws {
        var options = SimulatorOptions(world: world.options)
        options.port = Int(port)
        options.quotas = quotas.quotas
        options.faults = faults.plan
        options.credentials = credentials.credentials
        options.verifiesSignatures = !credentials.noVerify
        options.effectsFile = effects
        options.stateFile = state
        let simulator = try Simulator(options)
        if let writeCSV { try simulator.world.writeInputCSV(toFile: writeCSV) }
        try await serve(simulator)
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
    let accessKeyId: String
    let pid: Int32

    init(_ simulator: Simulator, port: Int) {
        endpoint = "http://127.0.0.1:\(port)"
        region = simulator.options.region
        instanceId = simulator.world.instance.text
        accessKeyId = simulator.options.credentials.accessKeyID
        pid = getpid()
    }
}
