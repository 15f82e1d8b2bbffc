import Report
import TransferCore
import TransferLedger
import TransferRun

extension WatchingOptions {
    /// Has the command of `--on-finish` run, where one is given, until it ends or a signal comes.
    func finish(
        _ job: Job, _ ending: RunEnding, _ status: ExitStatus, _ files: ReportFiles,
        _ console: Console
    ) async {
        guard let onFinish else { return }
        let told = [
            "BATON_JOB": job.id.text, "BATON_ENDING": ending.word,
            "BATON_EXIT_STATUS": "\(status.rawValue)",
        ]
        let signals = await StopSignals.trapped()
        let fault = await FinishCommand(onFinish).run(telling: told, input: files.document) {
            _ = await isHeard(signals, wasStopped: ending == .interrupted)
        }
        if let fault {
            console.warn("The command of --on-finish \(fault). The run and its exit status stand.")
        }
    }
}
