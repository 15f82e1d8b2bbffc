import Glibc
import Synchronization

/// A file that is written beside its place and appears there whole or not at all.
///
/// Its owner alone may read it, like the ledger: both hold the same rows.
/// Where it is not published, because something failed, what was written is removed.
struct ReportFile: ~Copyable {
    private let path: String
    private let partPath: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isPublished = false

    private static let bufferBytesMax = 64 * 1024
    private static let namesMax = 100
    private static let nextName = Atomic<Int>(0)

    /// Starts the file that will stand at `path`.
    init(_ path: String) throws(ReportError) {
        self.path = path
        (partPath, descriptor) = try Self.create(beside: path)
        buffer.reserveCapacity(Self.bufferBytesMax)
    }

    deinit {
        close(descriptor)
        if !isPublished { unlink(partPath) }
    }

    /// Adds bytes at the end.
    mutating func write(_ bytes: some Collection<UInt8>) throws(ReportError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferBytesMax { try drain() }
    }

    /// Brings all that was written to the disk.
    mutating func flush() throws(ReportError) {
        try drain()
        guard fsync(descriptor) == 0 else { throw .ofSystem(.flush, path) }
    }

    /// Puts the flushed file in its place, where it takes that of an earlier one.
    mutating func publish() throws(ReportError) {
        guard rename(partPath, path) == 0 else { throw .ofSystem(.rename, path) }
        isPublished = true
    }

    private mutating func drain() throws(ReportError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                Glibc.write(
                    descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .ofSystem(.write, path) }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Creates a file of a name of its own, since two processes may write the same report.
    private static func create(beside path: String) throws(ReportError) -> (String, Int32) {
        let cut = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        for _ in 0..<namesMax {
            let unique = nextName.add(1, ordering: .relaxed).newValue
            let part = "\(path[..<cut]).\(path[cut...]).\(getpid())-\(unique).part"
            let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 { return (part, descriptor) }
            guard errno == EEXIST else { throw .ofSystem(.create, path) }
        }
        throw .ofSystem(.create, path)
    }
}

/// What a report needs of folders.
enum FileSystem {
    /// Sees to it that a file can be written in a folder, which is created where absent.
    static func prepare(_ path: String, in directory: String) throws(ReportError) {
        try createDirectory(directory)
        // Made beside its place, and removed again as it goes out of scope.
        _ = try ReportFile(path)
    }

    /// Creates a folder and those above it, where they are absent, for their owner alone.
    static func createDirectory(_ path: String) throws(ReportError) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let folder = String(path[..<end])
            guard mkdir(folder, 0o700) != 0, errno != EEXIST else { continue }
            // An existing folder above may answer that it is not writable instead.
            if end < path.endIndex, access(folder, X_OK) == 0 { continue }
            throw .ofSystem(.createDirectory, folder)
        }
    }

    /// Brings a folder's names to the disk: a rename is not there before.
    static func flushDirectory(_ path: String) throws(ReportError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .ofSystem(.flush, path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .ofSystem(.flush, path) }
    }
}
