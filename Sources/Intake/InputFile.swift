import AWSSigning
import Glibc

/// A file that is read once, from its first byte to its last.
struct InputFile: ~Copyable {
    private let descriptor: Int32
    /// What it is called, for people.
    let name: String
    private let opened: stat
    /// Where it was read from on: standard input may be a file that was read in part.
    private let startedAt: off_t
    private(set) var bytesRead = 0

    /// What is read at a time; the dialect is read off the first chunk.
    static let chunkBytes = 256 * 1024

    /// - Parameter path: of a file or a named pipe; `-` is standard input.
    /// - Throws: ``IntakeError``: missing, a directory, not readable.
    init(_ path: String) throws(IntakeError) {
        name = path == "-" ? "standard input" : path
        (descriptor, opened) = try Self.open(path, name)
        startedAt = max(lseek(descriptor, 0, SEEK_CUR), 0)
    }

    private static func open(_ path: String, _ name: String) throws(IntakeError) -> (Int32, stat) {
        let descriptor =
            path == "-"
            ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw openError(name) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            defer { close(descriptor) }
            throw openError(name)
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw IntakeError(.unreadable, "\(name) is a directory. Name a CSV file.")
        }
        return (descriptor, status)
    }

    deinit { close(descriptor) }

    /// Fills `buffer` with the next bytes and returns how many there are; fewer only at the end.
    ///
    /// A pipe hands over what it holds at the moment, be it a single byte.
    mutating func read(into buffer: inout [UInt8]) throws(IntakeError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count == 0 { break }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                throw IntakeError(
                    .unreadable, "\(name) could not be read: \(String(cString: strerror(errno))).")
            }
        }
        bytesRead += filled
        return filled
    }

    /// Sees to it that what was read is one version of the file, whole.
    func checkUnchanged() throws(IntakeError) {
        var status = stat()
        guard opened.st_mode & S_IFMT == S_IFREG, fstat(descriptor, &status) == 0 else { return }
        guard status.st_size == opened.st_size, status.st_size == startedAt + off_t(bytesRead),
            status.st_mtim.tv_sec == opened.st_mtim.tv_sec,
            status.st_mtim.tv_nsec == opened.st_mtim.tv_nsec
        else {
            throw IntakeError.changed(name)
        }
    }

    /// The length of a regular file, which is not opened for it; nil for what can be read but once.
    static func regularBytes(of path: String) -> Int? {
        var status = stat()
        guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int(status.st_size)
    }

    /// Reads it to the end; the SHA-256 of all, in 64 hexadecimal digits.
    consuming func digest() throws(IntakeError) -> String {
        var hasher = SHA256Hasher()
        var buffer = [UInt8](repeating: 0, count: Self.chunkBytes)
        while case let count = try read(into: &buffer), count > 0 {
            hasher.update(buffer.span.extracting(0..<count))
        }
        return hasher.finish().hex
    }

    private static func openError(_ name: String) -> IntakeError {
        let reason = String(cString: strerror(errno))
        return errno == ENOENT
            ? IntakeError(.missing, "There is no file \(name).")
            : IntakeError(.unreadable, "\(name) cannot be opened: \(reason).")
    }
}
