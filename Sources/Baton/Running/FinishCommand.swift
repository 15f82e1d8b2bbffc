import FoundationEssentials
import Subprocess
import SystemPackage
import TransferCore
import TransferLedger
import TransferRun

/// The command of `--on-finish`: it gets `summary.json` on its standard input once the reports are
/// written, and what it does changes nothing of the run.
struct FinishCommand {
    /// As a shell has it.
    var command: String
    var console: Console

    /// For a mail or a call to a chat, and short enough not to keep a timer's unit for ever.
    private static let timeout = Duration.seconds(60)

    /// Runs it; says where it fails. What it prints goes to stderr: stdout is the run's result.
    func run(_ job: Job, ending: RunEnding, status: ExitStatus, summary: String) async {
        do {
            let ended = try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await start(job, ending, status, summary) }
                group.addTask {
                    try await Task.sleep(for: Self.timeout)
                    return nil
                }
                return try await group.next() ?? nil
            }
            switch ended {
            case .exited(0): break
            case .exited(let code): fail("ended with status \(code)")
            case .signaled(let signal): fail("was ended by signal \(signal)")
            case nil: fail("did not end within \(Self.timeout.words) and was stopped")
            }
        } catch {
            fail("cannot be run: \(error)")
        }
    }

    private func fail(_ what: String) {
        console.warn("The command of --on-finish \(what). The run and its exit status stand.")
    }

    private func start(
        _ job: Job, _ ending: RunEnding, _ status: ExitStatus, _ summary: String
    ) async throws -> TerminationStatus {
        var options = PlatformOptions()
        // A group of its own, so that all that the shell started is stopped with it.
        options.processGroupID = 0
        options.teardownSequence = [
            .send(
                signal: .terminate, toProcessGroup: true,
                allowedDurationToNextStep: .seconds(1))
        ]
        let input = try FileDescriptor.open(summary, .readOnly)
        // Only added to: no credentials are put there that were not there before.
        let environment = Environment.inherit.updating([
            "BATON_JOB": job.id.text, "BATON_ENDING": ending.word,
            "BATON_EXIT_STATUS": "\(status.rawValue)",
        ])
        return try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", command], environment: environment,
            platformOptions: options,
            input: .fileDescriptor(input, closeAfterSpawningProcess: true),
            output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ).terminationStatus
    }
}
