import Glibc
import TransferCore

/// The right to work on a job, held by one process at a time.
///
/// One byte of the file `LEDGER-lock` for each job, locked by the kernel (`F_OFD_SETLK`): it is
/// free again the instant its holder ends, however it ends, so nothing is ever left to clean up.
package struct JobLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the job's lock.
    ///
    /// - Throws: ``LedgerError`` `.held` where another process has it; `.unwritable`.
    package init(_ job: Job, of ledger: Ledger) throws(LedgerError) {
        let path = ledger.path + "-lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LedgerError(
                .unwritable,
                "The lock file \(path) cannot be opened: \(String(cString: strerror(errno))). "
                    + "Check the folder's rights.")
        }
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = Int(job.number)
        range.l_len = 1
        guard fcntl(descriptor, Self.setOpenFileLock, &range) == 0 else {
            close(descriptor)
            throw LedgerError(.held, "Job \(job.id) is being worked on by another process.")
        }
    }

    deinit { close(descriptor) }

    /// `F_OFD_SETLK` of <fcntl.h>, which is not imported: the lock belongs to the open file, so
    /// that two runs within one process exclude each other as well.
    private static let setOpenFileLock: Int32 = 37
}
