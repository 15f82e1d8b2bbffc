import AWSSigning
import ArgumentParser
import ConnectSimulator
import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage
import TransferCore
import TransferLedger

/// `baton demo`: the whole way on the simulator.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Runs the whole way on a local Amazon Connect: world, CSV, run, report.",
        discussion: """
            Starts `baton simulate` as a server of its own, with contacts of which some must fail, \
            and moves them all. Baton is not told the quota. Needs no AWS account.
            """)

    @Option(help: "How many contacts to move.")
    var contacts = 2000

    @Option(help: "The quota of the local Connect: calls a second.")
    var rate = 50.0

    @Option(help: "The quota of the local Connect: calls at once after a rest.")
    var burst = 75

    @Option(help: "The seed of the world.")
    var seed: UInt64 = 1

    @Option(help: "An input of yours, for the demo's world, instead of all its contacts.")
    var input: String?

    @Option(help: "Where the demo's files go.")
    var directory = "reports/demo"

    @Option(name: .customLong("reports"), help: "Where reports go, in a folder for each job.")
    var reports = "reports"

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard contacts > 0, (0.001...100_000).contains(rate), burst >= 1, !directory.isEmpty,
            !reports.isEmpty
        else {
            throw ValidationError("--contacts, --rate and --burst take numbers above 0.")
        }
    }

    func run() async throws {
        let files = try DemoFiles(directory)
        let simulator = try await Subprocess.run(
            .path("/proc/self/exe"), arguments: Arguments(simulatorArguments(files)),
            platformOptions: ownGroup, input: .none, output: .sequence,
            error: .currentStandardError
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            guard let line = try await lines.next(),
                let world = try? JSONDecoder().decode(World.self, from: Data(line.utf8))
            else {
                throw UsageError("The local Connect did not start.")
            }
            let status: ExitStatus
            do {
                status = try await move(in: world, files)
            } catch {
                try execution.send(signal: .terminate)
                throw error
            }
            try execution.send(signal: .terminate)
            while try await lines.next() != nil {}
            return status
        }
        throw simulator.closureResult.code
    }

    /// A group of its own, so that Ctrl-C drains the run and does not end the service under it.
    private var ownGroup: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        return options
    }

    private func simulatorArguments(_ files: DemoFiles) -> [String] {
        [
            "simulate", "--contacts", "\(contacts)", "--seed", "\(seed)", "--rate", "\(rate)",
            "--burst", "\(burst)", "--latency", "25", "--jitter", "10",
            "--write-csv", files.input, "--effects", files.effects, "--quotas-denied",
            "--parent", "\(getpid())",
        ]
    }

    /// The line with which a simulator says that it listens.
    private struct World: Decodable {
        var endpoint: String
        var region: String
        var instanceId: String
    }

    private func move(in world: World, _ files: DemoFiles) async throws -> ExitStatus {
        let console = output.console
        console.say(
            "A local Amazon Connect serves \(contacts.of("contact")) at \(world.endpoint); "
                + "its quota is \(rate.short) calls a second, burst \(burst). "
                + "Baton is not told, and some contacts are made to fail.")
        var arguments = [
            input ?? files.input, "--instance", world.instanceId, "--region", world.region,
            "--endpoint-url", world.endpoint, "--ledger", files.ledger, "--reports", reports,
            "--yes", "--output", output.output.rawValue,
        ]
        arguments += ["--log-format", output.logFormat.rawValue]
        if output.quiet { arguments.append("--quiet") }
        if output.verbose { arguments.append("--verbose") }
        let command = try RunCommand.parse(arguments)
        let keys = SimulatorCredentials.allowed
        let status = try await RunCommand.run(
            command.input, command.network, command.ledger, command.flags, command.output,
            environment: [
                "AWS_ACCESS_KEY_ID": keys.accessKeyID,
                "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey,
            ])
        let effects = try files.countEffects()
        console.say(
            "The local Connect itself counts \(effects.transfers.of("transfer")) "
                + "of \(effects.contacts.of("contact")).")
        let transferred = try await files.transferred()
        if status == .stoppedEarly {
            console.say("The local Connect has ended with the demo: to see it all, start it again.")
            return status
        }
        guard effects.transfers == effects.contacts, effects.contacts == transferred else {
            Console.complain("The ledger says \(transferred.of("transfer")): that is a fault.")
            return .internalFault
        }
        return status == .someFailed ? .done : status
    }
}

/// The files of a demo.
private struct DemoFiles {
    let input: String
    let ledger: String
    let effects: String

    /// Makes the folder and removes what an earlier demo left in it.
    ///
    /// The lock is held until the process ends.
    init(_ directory: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        input = directory + "/contacts.csv"
        ledger = directory + "/demo.sqlite"
        effects = directory + "/effects.jsonl"
        let lock = open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw UsageError("Another demo is at work in \(directory). Give another --directory.")
        }
        for path in [effects, ledger, ledger + "-wal", ledger + "-shm", ledger + "-lock"]
        where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// Rows of the demo's only job that the ledger says were transferred.
    func transferred() async throws -> Int {
        let ledger = try Ledger(path: ledger, whereAbsent: .fail)
        return try await ledger.read { reader in
            try reader.jobs().reduce(0) { try $0 + reader.totals($1)[.transferred] }
        }
    }

    private struct Effect: Decodable {
        var contactId: String
    }

    /// Transfers that took effect, and how many different contacts they moved.
    func countEffects() throws -> (transfers: Int, contacts: Int) {
        let text = try String(contentsOfFile: effects, encoding: .utf8)
        let contacts = try text.split(separator: "\n").map {
            try JSONDecoder().decode(Effect.self, from: Data($0.utf8)).contactId
        }
        return (contacts.count, Set(contacts).count)
    }
}
