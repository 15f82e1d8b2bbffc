import AWSSigning
import Glibc

/// A file that is read once, from its first byte to its last.
struct InputFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let opened: stat
    private(set) var bytesRead = 0

    /// What is read at a time; the dialect is read off the first chunk.
    static let chunkBytes = 256 * 1024

    /// - Throws: ``IntakeError``: missing, a directory, not readable.
    init(_ path: String) throws(IntakeError) {
        self.path = path
        (descriptor, opened) = try Self.open(path)
    }

    private static func open(_ path: String) throws(IntakeError) -> (Int32, stat) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw openError(path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            defer { close(descriptor) }
            throw openError(path)
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw IntakeError(.unreadable, "\(path) is a directory. Name a CSV file.")
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
                    .unreadable, "\(path) could not be read: \(String(cString: strerror(errno))).")
            }
        }
        bytesRead += filled
        return filled
    }

    /// Sees to it that what was read is one version of the file, whole.
    func checkUnchanged() throws(IntakeError) {
        var status = stat()
        guard opened.st_mode & S_IFMT == S_IFREG, fstat(descriptor, &status) == 0 else { return }
        guard status.st_size == opened.st_size, status.st_size == off_t(bytesRead),
            status.st_mtim.tv_sec == opened.st_mtim.tv_sec,
            status.st_mtim.tv_nsec == opened.st_mtim.tv_nsec
        else {
            throw IntakeError.changed(path)
        }
    }

    /// The SHA-256 of a regular file, 64 hexadecimal digits; nil for a pipe, which can be read but
    /// once.
    static func digest(of path: String) throws(IntakeError) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { throw openError(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        var file = try InputFile(path)
        var hasher = SHA256Hasher()
        var buffer = [UInt8](repeating: 0, count: chunkBytes)
        while case let count = try file.read(into: &buffer), count > 0 {
            hasher.update(buffer.span.extracting(0..<count))
        }
        return hasher.finish().hex
    }

    private static func openError(_ path: String) -> IntakeError {
        let reason = String(cString: strerror(errno))
        return errno == ENOENT
            ? IntakeError(.missing, "There is no file \(path).")
            : IntakeError(.unreadable, "\(path) cannot be opened: \(reason).")
    }
}
