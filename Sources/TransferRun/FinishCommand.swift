import Subprocess
import SystemPackage
import TransferCore

/// The command of `--on-finish`: it gets a file on its standard input once the reports are written,
/// and what it does changes nothing of the run.
package struct FinishCommand: Sendable {
    /// As a shell has it.
    private let command: String
    private let limit: Duration

    /// - Parameter limit: how long it may take. A minute is enough for a mail or a call to a chat, and
    ///   short enough not to keep a timer's unit for ever.
    package init(_ command: String, limit: Duration = .seconds(60)) {
        self.command = command
        self.limit = limit
    }

    /// Runs it; says where it fails, and nil where it does not. What it prints goes to stderr: stdout
    /// is the run's result.
    ///
    /// - Parameters:
    ///   - told: what is added to its environment.
    ///   - input: the path of the file.
    ///   - stopped: returns when the command is to be stopped before its time.
    package func run(
        telling told: [String: String], input: String,
        until stopped: @escaping @Sendable () async -> Void
    ) async -> String? {
        do {
            let ending = try await withThrowingTaskGroup(of: Ending.self) { group in
                defer { group.cancelAll() }
                group.addTask { .ended(try await start(told, input)) }
                group.addTask {
                    try await Task.sleep(for: limit)
                    return .late
                }
                group.addTask {
                    await stopped()
                    return .stopped
                }
                return try await group.next() ?? .stopped
            }
            return switch ending {
            case .ended(.exited(0)): nil
            case .ended(.exited(let code)): "ended with status \(code)"
            case .ended(.signaled(let signal)): "was ended by signal \(signal)"
            case .late: "did not end within \(Int(limit.seconds.rounded())) s and was stopped"
            case .stopped: "was stopped by a signal"
            }
        } catch {
            return "cannot be run: \(error)"
        }
    }

    private enum Ending {
        case ended(TerminationStatus)
        case late, stopped
    }

    private func start(
        _ told: [String: String], _ input: String
    ) async throws -> TerminationStatus {
        var options = PlatformOptions()
        // A group of its own, so that all that the shell started is stopped with it.
        options.processGroupID = 0
        options.teardownSequence = [
            .send(
                signal: .terminate, toProcessGroup: true,
                allowedDurationToNextStep: .seconds(1))
        ]
        let input = try FileDescriptor.open(input, .readOnly)
        // Only added to: no credentials are put there that were not there before.
        let added = told.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        let environment = Environment.inherit.updating(
            Dictionary(added, uniquingKeysWith: { $1 }))
        return try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", command], environment: environment,
            platformOptions: options,
            input: .fileDescriptor(input, closeAfterSpawningProcess: true),
            output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ).terminationStatus
    }
}
