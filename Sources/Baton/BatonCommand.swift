import ArgumentParser
import Glibc

/// The program: arguments in, exit status out.
@main
struct BatonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton",
        abstract: "Moves Amazon Connect contacts in bulk.",
        discussion: """
            Reads a CSV of transfers, keeps every row in a ledger, calls TransferContact as fast as \
            the account's quota allows, survives being killed, and ends with per-row results and a \
            report. Start with `baton demo`.

            Exit status: 0 all rows done with none failed · 1 finished, some rows failed, rejected \
            or uncertain · 64 usage · 65 input refused · 66 input missing · 69 service unreachable \
            · 70 internal fault · 73 ledger or report cannot be written · 75 stopped early or held \
            by another process, `resume` goes on · 77 credentials missing or refused · 130 \
            interrupted twice.
            """,
        version: Version.text,
        subcommands: [
            CheckCommand.self, RunCommand.self, IngestCommand.self, ResumeCommand.self,
            PauseCommand.self, PaceCommand.self, RetryCommand.self, StatusCommand.self,
            JobsCommand.self, ReportCommand.self, ReconcileCommand.self, VerifyLedgerCommand.self,
            ServeCommand.self, WhoamiCommand.self, SimulateCommand.self, DemoCommand.self,
        ])

    static func main() async {
        // A reader that has gone away (`baton jobs | head`) is no error.
        signal(SIGPIPE, SIG_IGN)
        // A file that grew to its limit (ulimit -f) is a write that fails, and is told as one.
        signal(SIGXFSZ, SIG_IGN)
        OpenFiles.fillStreams()
        do {
            try OpenFiles.check()
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: ExitStatus.report(error))
        }
    }
}

/// The version of Baton.
enum Version {
    static let text = "0.1.0"
}
