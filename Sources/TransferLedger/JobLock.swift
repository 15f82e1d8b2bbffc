import TransferCore

/// The right to work on a job, held by one process at a time.
///
/// One byte of the file `LEDGER-lock` for each job, locked by the kernel (`F_OFD_SETLK`): it is
/// free again the instant its holder ends, however it ends, so nothing is ever left to clean up.
package struct JobLock: ~Copyable {
    /// Nil where there is nobody to lock out.
    private let file: LockFile?

    /// Takes the job's lock.
    ///
    /// - Throws: ``LedgerError`` `.held` where another process has it; `.unwritable`.
    package init(_ job: Job, of ledger: Ledger) throws(LedgerError) {
        guard let lock = try Self.take(job.number, of: ledger) else {
            throw LedgerError(.held, "Job \(job.id) is being worked on by another process.")
        }
        self = lock
    }

    /// Whether some process works on a job, without taking its lock.
    ///
    /// - Throws: ``LedgerError`` `.unwritable`.
    package static func isHeld(_ job: Job, of ledger: Ledger) throws(LedgerError) -> Bool {
        guard !ledger.isScratch else { return false }
        return try LockFile.isLocked(byte: job.number, ofLedgerAt: ledger.resolvedPath)
    }

    /// Whether some process works on a job of a ledger that is only looked at.
    ///
    /// - Throws: ``LedgerError`` `.unwritable`.
    package static func isHeld(_ job: Job, of view: LedgerView) throws(LedgerError) -> Bool {
        try LockFile.isLocked(byte: job.number, ofLedgerAt: view.resolvedPath)
    }

    private init(file: consuming LockFile?) { self.file = file }

    /// Takes the lock of a job that is being stored; nil where somebody else has it.
    ///
    /// - Throws: ``LedgerError`` `.unwritable`.
    static func take(_ number: Int64, of ledger: Ledger) throws(LedgerError) -> JobLock? {
        if ledger.isScratch { return JobLock(file: nil) }
        let file = try LockFile(of: ledger)
        guard try file.lock(byte: number) else { return nil }
        return JobLock(file: file)
    }
}
