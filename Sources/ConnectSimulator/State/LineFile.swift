#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file to which whole lines are appended, each with one write.
///
/// It is not synced: it has to outlive the process, not the machine. Buffers would be lost with
/// the process, so there are none.
final class LineFile: Sendable {
    /// What the system said.
    struct Failure: Error {
        let cause: String

        fileprivate static var ofSystem: Failure {
            Failure(cause: String(cString: strerror(errno)))
        }
    }

    private let descriptor: Int32

    /// Opens a file for appending, and makes it where there is none.
    init(path: String) throws(Failure) {
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .ofSystem }
    }

    /// The unlocking is said: a program that this process starts just then holds the open file too,
    /// until its own image is loaded, and closing would leave the lock with it.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Takes the file for this process alone, until it ends; false where another one has it.
    func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    /// Whether it is a file and no device or pipe, which would have no end to be read to.
    var isRegular: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Cuts everything off that is behind a number of bytes.
    func truncate(toBytes count: Int) throws(Failure) {
        guard ftruncate(descriptor, off_t(count)) == 0 else { throw .ofSystem }
    }

    /// Appends a line; the newline comes from here.
    func append(_ line: [UInt8]) throws(Failure) {
        let whole = line + [UInt8(ascii: "\n")]
        var rest = whole[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                guard errno == EINTR else { throw .ofSystem }
            } else {
                rest = rest.dropFirst(written)
            }
        }
    }
}
