import AWSSigning
import FoundationEssentials
import Subprocess
import SystemPackage
import TransferCore

/// Credentials that a program prints: `credential_process` of a profile.
///
/// The program is run anew at each fetch, with our environment and nothing on its stdin, without a
/// shell ("Process credential provider", AWS SDKs and Tools Reference Guide).
package struct ProcessCredentials: CredentialProvider {
    private let settings: ClientSettings
    private let timeout: Duration
    private let place: String

    /// It may ask a service on its way, or a person in a window.
    private static let timeoutUsual: Duration = .seconds(60)
    /// A token is 2 KiB at the most.
    private static let outputBytesMax = 64 << 10
    private static let errorBytesMax = 1 << 20

    package init(
        settings: ClientSettings, surroundings: ClientSurroundings, timeout: Duration? = nil
    ) {
        self.settings = settings
        self.timeout = timeout ?? Self.timeoutUsual
        place = "the profile \(settings.profile.name) (credential_process)"
    }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        guard settings.profile.has("credential_process") else { return nil }
        let command = settings.profile["credential_process"] ?? ""
        guard let words = ShellWords.split(command), let program = words.first else {
            throw unavailable(
                "is no command: it is empty, or a quotation or an escape has no end. Mend it in "
                    + "the profile")
        }
        let ended = try await run(program, Array(words.dropFirst()))
        guard ended.status == .exited(0) else {
            let said = QuotedText(endOf: ended.errors).text
            throw unavailable(
                "(\(program)) \(ended.status.words)"
                    + (said.isEmpty ? ", and said nothing" : ", and said: \(said)")
                    + (said.hasSuffix(".") ? "" : ".") + " Run the command by hand to mend it")
        }
        return FoundCredentials(try read(ended.output), from: place)
    }

    // MARK: The program

    private struct Ended: Sendable {
        var status: TerminationStatus
        var output: [UInt8]
        var errors: [UInt8]
    }

    private func run(
        _ program: String, _ arguments: [String]
    ) async throws(ConnectClientError) -> Ended {
        let ended: Ended?
        do {
            ended = try await withThrowingTaskGroup(of: Ended?.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await start(program, arguments) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                return try await group.next() ?? nil
            }
        } catch {
            throw failure(error, of: program)
        }
        guard let ended else {
            throw unavailable(
                "(\(program)) did not end within \(Int(timeout.seconds)) s and was stopped. Run the "
                    + "command by hand to see what it waits for", isTransient: true)
        }
        return ended
    }

    private func start(_ program: String, _ arguments: [String]) async throws -> Ended {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
        let variables = settings.environment.compactMap { name, value in
            Environment.Key(rawValue: name).map { ($0, value) }
        }
        let result = try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(arguments),
            environment: .custom(Dictionary(variables) { first, _ in first }),
            platformOptions: options, input: .none, output: .bytes(limit: Self.outputBytesMax),
            error: .bytes(limit: Self.errorBytesMax))
        return Ended(
            status: result.terminationStatus, output: result.standardOutput,
            errors: result.standardError)
    }

    private func failure(_ error: any Error, of program: String) -> ConnectClientError {
        if Task.isCancelled { return .cancelled }
        switch (error as? SubprocessError)?.code {
        case .executableNotFound?:
            return unavailable(
                "(\(program)) is not there. Check `credential_process` and PATH; a path in it must "
                    + "be whole, `~` is not understood")
        case .outputLimitExceeded?:
            return unavailable("(\(program)) printed far more than credentials are. Mend it")
        default:
            return unavailable(
                "(\(program)) cannot be run: \(error). Check that this user may execute it")
        }
    }

    // MARK: What it printed

    /// Reads what was printed; no error repeats any of it.
    private func read(_ output: [UInt8]) throws(ConnectClientError) -> Credentials {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(output)) else {
            throw unavailable("printed something that is no JSON object. Mend the program")
        }
        guard members.number("Version") == 1 else {
            throw unavailable(
                "printed no `\"Version\": 1`, and Baton knows no other form. Mend the program")
        }
        return try Credentials(members, token: "SessionToken", place: place)
    }

    private func unavailable(_ what: String, isTransient: Bool = false) -> ConnectClientError {
        ConnectClientError(
            .credentialsUnavailable,
            "`credential_process` of the profile \(settings.profile.name) \(what).",
            isTransient: isTransient)
    }
}

extension TerminationStatus {
    fileprivate var words: String {
        switch self {
        case .exited(let code): "ended with status \(code)"
        case .signaled(let signal): "was ended by signal \(signal)"
        }
    }
}
