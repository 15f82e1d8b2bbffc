import TransferCore
import TransferLedger
import TransferRun

extension Ledger {
    /// Asks something of the run that works on a job, and waits until it has heard it.
    ///
    /// - Throws: `LedgerError` `.held` where the run does not hear; the wish is taken back then.
    func ask(_ kind: Wish.Kind, of job: Job) async throws {
        if case .reconciliation = try await holder(of: job) {
            throw try await namingHolder(
                of: job,
                remedy:
                    "A reconciliation has neither pause nor pace. Ctrl-C there stops it, and the "
                    + "same command goes on.")
        }
        let worker = RunWorker.current
        let wish = Wish(kind, by: "\(worker.user) on \(worker.host)")
        let number = try await leave(wish, for: job, at: .now)
        let clock = ContinuousClock()
        let deadline = clock.now + Wish.patience
        while try await isUnheard(number) {
            if try !JobLock.isHeld(job, of: self), try await withdraw(number) {
                throw LedgerError(
                    .held,
                    "The run of job \(job.id) ended before it heard this. Look at "
                        + "`baton status \(job.id)`.")
            }
            if clock.now >= deadline, try await withdraw(number) {
                throw try await namingHolder(
                    of: job,
                    remedy: "It has not heard this for \(Wish.patience.words): it is still looking "
                        + "up what the rows name, or it hangs. Nothing was changed.")
            }
            try await clock.sleep(for: .milliseconds(100))
        }
    }

    /// Sees, before anything is asked or looked up, that nobody works on a job.
    ///
    /// - Throws: `LedgerError` `.held` where another process does, which is named.
    func checkFree(_ job: Job) async throws {
        guard try JobLock.isHeld(job, of: self) else { return }
        throw try await namingHolder(of: job)
    }

    /// The error that names the process that works on a job, where that is known.
    func namingHolder(
        of job: Job, remedy: String = "Wait for it, or stop it."
    ) async throws -> LedgerError {
        let what =
            switch try await holder(of: job) {
            case .run(let run):
                "being worked on by \(run.worker.words), since \(run.startedAt.toTheSecond)"
            case .reconciliation(let reconciliation):
                "being reconciled by \(reconciliation.worker.words)"
            case nil: "held by another process"
            }
        return LedgerError(.held, "Job \(job.id) is \(what). \(remedy)")
    }

    private enum Holder {
        case run(RunRecord)
        case reconciliation(Reconciliation)
    }

    /// What was begun on a job and not ended, by a process that lives; nil where nothing is known.
    private func holder(of job: Job) async throws -> Holder? {
        let (run, reconciliation) = try await read {
            (try $0.runs(job).last, try $0.lastReconciliation(of: job))
        }
        if let run, run.endedAt == nil, !run.worker.isGone { return .run(run) }
        if let reconciliation, reconciliation.endedAt == nil, !reconciliation.worker.isGone {
            return .reconciliation(reconciliation)
        }
        return nil
    }

    /// How the run stands that works on a job; nil where none does, or it has not begun to send.
    func stateOfRun(at job: Job) async throws -> RunState? {
        guard try JobLock.isHeld(job, of: self) else { return nil }
        return try await read { reader in
            guard let run = try reader.runs(job).last, run.endedAt == nil else { return nil }
            return try reader.state(of: run)
        }
    }
}

extension RunWorker {
    /// In words: `process 4711 (anna on ops-1)`.
    fileprivate var words: String { "process \(processID) (\(user) on \(host))" }
}
