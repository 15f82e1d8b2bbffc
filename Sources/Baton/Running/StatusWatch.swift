import Glibc
import Report
import TransferCore
import TransferLedger
import TransferRun
import UnixSignals

/// Follows a job from another process, once a second, until nobody works on it.
struct StatusWatch {
    var job: Job
    var ledger: Ledger
    var isJSON: Bool

    private static let interval = Duration.seconds(1)

    /// Shows how the job stands until its run ends, or until Ctrl-C.
    func follow() async throws {
        // Trapped before the first look: Ctrl-C is how a watch ends, and no failure.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await look() }
            group.addTask { for await _ in signals { return } }
            try await group.next()
        }
    }

    private func look() async throws {
        let redraws = !isJSON && isatty(STDOUT_FILENO) == 1
        var linesDrawn = 0
        while true {
            let standing = try await JobStanding(job, in: ledger)
            if isJSON {
                try Console.jsonLine(JobState(standing))
            } else if redraws {
                try Console.redraw(standing.text, over: linesDrawn)
                linesDrawn = standing.text.split(separator: "\n").count
            } else {
                try Console.data(line(standing))
            }
            guard standing.isHeld else { return }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func line(_ standing: JobStanding) -> String {
        var parts = [
            standing.at.toTheSecond,
            "\(standing.totals.done.grouped)/\(standing.totals.rows.grouped)",
            "\(standing.totals.amiss.grouped) failed",
        ]
        if let run = standing.working {
            parts += [standing.now, "process \(run.worker.processID) on \(run.worker.host)"]
        } else {
            parts.append(standing.isHeld ? "held" : "nobody works on it")
        }
        return parts.joined(separator: " · ")
    }
}
