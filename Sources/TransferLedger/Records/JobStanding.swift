import Glibc
package import TransferCore

/// How a job stands at one moment, as the ledger and the kernel's locks say.
package struct JobStanding: Sendable {
    package var job: Job
    package var totals: ControlTotals
    package var runs: [RunRecord]
    /// Of the last run; nil before its first commit.
    package var state: RunState?
    /// The reconciliation that is under way, and how many rows it has looked into.
    package var reconciling: (Reconciliation, rows: Int)?
    /// Whether a process works on it.
    package var isHeld: Bool
    package var at: Timestamp
    /// Who looks: of its own machine's processes it knows which are alive.
    package var viewer: RunWorker

    /// Reads it; `isHeld` is looked at before, so that a run that ends meanwhile is seen with its
    /// end.
    package init(
        _ job: Job, isHeld: Bool, from reader: LedgerReader, by viewer: RunWorker, at now: Timestamp
    ) throws {
        self.job = job
        self.isHeld = isHeld
        self.viewer = viewer
        at = now
        totals = try reader.totals(job)
        runs = try reader.runs(job)
        state = try runs.last.flatMap { try reader.state(of: $0) }
        reconciling = try reader.lastReconciliation(of: job).flatMap { last in
            try last.endedAt == nil ? (last, rows: reader.findingTotals(last.number).rows) : nil
        }
    }

    /// The run that is at work.
    package var working: RunRecord? {
        guard isHeld, let last = runs.last, last.endedAt == nil,
            !last.worker.isGone(asSeenBy: viewer)
        else { return nil }
        return last
    }

    /// What is going on with it, in a word.
    package enum Phase: String, Sendable {
        case atWork = "at work"
        case paused
        /// A process holds it and has not begun to send.
        case held
        case reconciling = "being reconciled"
        case stopped
        case finished
    }

    package var phase: Phase {
        if working != nil { return state?.pause.isOn == true ? .paused : .atWork }
        if isHeld {
            let isReconciled = reconciling.map { !$0.0.worker.isGone(asSeenBy: viewer) } ?? false
            return isReconciled ? .reconciling : .held
        }
        return totals[.pending] > 0 ? .stopped : .finished
    }
}

extension RunWorker {
    /// Whether it certainly works no more, as seen from another process: its machine was restarted,
    /// or no process has its id. Of another machine's process nothing can be seen.
    package func isGone(asSeenBy viewer: RunWorker) -> Bool {
        guard host == viewer.host else { return false }
        return bootID != viewer.bootID || (kill(processID, 0) != 0 && errno == ESRCH)
    }
}
