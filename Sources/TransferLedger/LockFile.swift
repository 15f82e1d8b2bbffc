import Glibc

/// The file `LEDGER-lock`, opened once: its locks are free again when it is closed.
///
/// It is named after the ledger's file behind all links, so that every path to one ledger leads to
/// one lock file.
struct LockFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// - Throws: ``LedgerError`` `.unwritable`.
    init(of ledger: Ledger) throws(LedgerError) {
        let path = ledger.lockPath
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unusable(path, "opened") }
        self.path = path
        self.descriptor = descriptor
    }

    /// The unlocking is said: a program that this process starts just then holds the open file too,
    /// until its own image is loaded, and closing would leave the lock with it.
    deinit {
        var all = flock()
        all.l_type = Int16(F_UNLCK)
        all.l_whence = Int16(SEEK_SET)
        _ = unsafe fcntl(descriptor, Self.setOpenFileLock, &all)
        close(descriptor)
    }

    /// Locks one byte; false where somebody else has it.
    ///
    /// - Throws: ``LedgerError`` `.unwritable` where the file cannot be locked at all.
    func lock(byte: Int64) throws(LedgerError) -> Bool {
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = Int(byte)
        range.l_len = 1
        if unsafe fcntl(descriptor, Self.setOpenFileLock, &range) == 0 { return true }
        guard errno == EAGAIN || errno == EACCES else { throw Self.unusable(path, "locked") }
        return false
    }

    /// Whether somebody has a ledger's byte locked: the kernel's word, which no crash outlives.
    ///
    /// - Throws: ``LedgerError`` `.unwritable` where it cannot be found out.
    static func isLocked(
        byte: Int64, ofLedgerAt resolvedPath: String
    ) throws(LedgerError) -> Bool {
        let path = resolvedPath + "-lock"
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            throw unusable(path, "opened")
        }
        defer { close(descriptor) }
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = Int(byte)
        range.l_len = 1
        guard unsafe fcntl(descriptor, getOpenFileLock, &range) == 0 else {
            throw unusable(path, "looked at")
        }
        return range.l_type != Int16(F_UNLCK)
    }

    /// `F_OFD_GETLK`, as below.
    private static let getOpenFileLock: Int32 = 36

    /// `F_OFD_SETLK` of <fcntl.h>, which is not imported: the lock belongs to the open file, so
    /// that two runs within one process exclude each other as well.
    private static let setOpenFileLock: Int32 = 37

    private static func unusable(_ path: String, _ done: String) -> LedgerError {
        let reason = unsafe String(cString: strerror(errno))
        return LedgerError(
            .unwritable,
            "The lock file \(path) cannot be \(done): \(reason). "
                + "Check the folder's rights and its file system.")
    }
}
