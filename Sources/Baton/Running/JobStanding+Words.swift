import TransferCore
import TransferLedger
import TransferRun

extension JobStanding {
    init(_ job: Job, in ledger: Ledger) async throws {
        let isHeld = try JobLock.isHeld(job, of: ledger)
        let (viewer, now) = (RunWorker.current, Timestamp.now)
        self = try await ledger.read { reader in
            try JobStanding(job, isHeld: isHeld, from: reader, by: viewer, at: now)
        }
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
        guard run.worker.host == viewer.host else { return "without an end" }
        return run.worker.bootID == viewer.bootID
            ? "without an end: its process died" : "without an end: its machine was restarted"
    }
}
