import ConnectClient
import FoundationEssentials
import Glibc
import TransferCore
import TransferLedger
import TransferRun

extension RunWorker {
    /// This process.
    static var current: RunWorker {
        RunWorker(
            host: ProcessInfo.processInfo.hostName, user: ProcessInfo.processInfo.userName,
            processID: getpid(), bootID: readBootID(), version: Version.text)
    }

    /// Linux's name for this start of the machine; empty where there is none to read.
    private static func readBootID() -> String {
        let path = "/proc/sys/kernel/random/boot_id"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.filter { !$0.isWhitespace }
    }

    /// Whether it certainly works no more, as seen from this process.
    var isGone: Bool { isGone(asSeenBy: .current) }
}

extension ConnectClient {
    /// The client of a command.
    convenience init(
        _ configuration: ClientConfiguration, profile: String?, environment: [String: String]
    ) {
        let surroundings = ClientSurroundings(configuration)
        self.init(
            configuration: configuration,
            credentials: CredentialChain.standard(
                profile: profile, region: configuration.region, environment: environment,
                surroundings: surroundings),
            surroundings: surroundings)
    }
}

extension ClientSurroundings {
    /// The network, the clock and the person at the terminal.
    init(_ configuration: ClientConfiguration) {
        self.init(
            limits: configuration.limits, version: Version.text,
            applicationID: configuration.applicationID, now: { .now },
            askForCode: { await CodeQuestion.ask(about: $0) })
    }
}
