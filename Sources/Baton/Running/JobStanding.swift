import TransferCore
import TransferLedger
import TransferRun

/// How a job stands at one moment, as the ledger and the kernel's locks say.
struct JobStanding {
    var job: Job
    var totals: ControlTotals
    var runs: [RunRecord]
    /// Of the last run; nil before its first commit.
    var state: RunState?
    /// The one that is under way, and how many rows it has looked into.
    var reconciling: (Reconciliation, rows: Int)?
    /// Whether a process works on it.
    var isHeld: Bool
    var at = Timestamp.now

    init(_ job: Job, in ledger: Ledger) async throws {
        self.job = job
        isHeld = try JobLock.isHeld(job, of: ledger)
        (totals, runs, state, reconciling) = try await ledger.read { reader in
            let runs = try reader.runs(job)
            let last = try reader.lastReconciliation(of: job).flatMap { last in
                try last.endedAt == nil
                    ? (last, rows: reader.findingTotals(last.number).rows) : nil
            }
            return (
                try reader.totals(job), runs, try runs.last.flatMap { try reader.state(of: $0) },
                last
            )
        }
    }

    /// The run that is at work.
    var working: RunRecord? {
        guard isHeld, let last = runs.last, last.endedAt == nil, !last.worker.isGone else {
            return nil
        }
        return last
    }

    /// What is known of it, for people, in a few lines.
    var text: String {
        var lines = [
            "Job \(job.id) of \(job.createdAt.toTheSecond)",
            "Input: \(job.input.name), SHA-256 \(job.input.sha256)",
            "Endpoint: \(job.options.endpoint), Region \(job.options.region)",
        ]
        lines += Outcome.allCases.map { "\(totals[$0].grouped.padded(to: 9))  \($0.rawValue)" }
        lines.append("\(totals.rows.grouped.padded(to: 9))  rows in all")
        lines += runs.enumerated().map { index, run in
            "Run \(index + 1): \(run.startedAt.toTheSecond) \(end(of: run)), "
                + "process \(run.worker.processID) on \(run.worker.host)"
        }
        if working != nil {
            lines.append("Now: \(now)")
        } else if isHeld, let (reconciliation, rows) = reconciling,
            !reconciliation.worker.isGone
        {
            lines.append(
                "Now: reconciled by process \(reconciliation.worker.processID) on "
                    + "\(reconciliation.worker.host), \(rows.grouped) of "
                    + "\(job.rows.of("row")) looked into")
        } else if isHeld {
            lines.append("Now: a process holds it and has not begun to send")
        }
        return lines.joined(separator: "\n")
    }

    /// One line on the run that is at work.
    var now: String {
        guard let state else { return "beginning" }
        var parts: [String] = []
        if state.pause.isOn { parts.append(state.pause.words) }
        if let rate = state.rowsPerSecond {
            parts.append("\(rate.short) rows/s in the last minute")
        }
        parts.append("aiming at \(state.rate.short) calls/s")
        parts.append("\(state.throttled.grouped) of \(state.calls.of("call")) throttled")
        if let left = state.timeLeft, totals[.pending] > 0 {
            parts.append(left.words(at: at, isPaused: state.pause.askedBy != nil))
        }
        return parts.joined(separator: " · ")
    }

    /// Whoever has an end wrote it; whoever has none and holds no lock cannot write it any more.
    private func end(of run: RunRecord) -> String {
        if let endedAt = run.endedAt { return "to \(endedAt.toTheSecond), \(run.ending ?? "")" }
        if run.number == working?.number { return "until now" }
        let here = RunWorker.current
        guard run.worker.host == here.host else { return "without an end" }
        return run.worker.bootID == here.bootID
            ? "without an end: its process died" : "without an end: its machine was restarted"
    }
}
