import Glibc

/// What stands at a ledger's path, known before SQLite touches it.
///
/// Another program's database is told by its header (<https://sqlite.org/fileformat2.html>): once
/// SQLite had opened it as a ledger, it would have been changed to write-ahead logging.
struct LedgerFile {
    /// The file behind all links, as SQLite finds it.
    let resolvedPath: String
    /// Whether it is new, or was made and never written to.
    let isEmpty: Bool
    /// Whether its mark may still be taken back: who was killed while marking it left a journal, by
    /// which SQLite empties the file again.
    let isMarkPending: Bool

    private static let headerBytes = 100
    private static let magic = Array("SQLite format 3\0".utf8)
    private static let applicationIDOffset = 68
    /// 2 once the file has a write-ahead log, which it is given after the mark.
    private static let writeVersionOffset = 18

    /// Opens the file at `path`, or makes it with mode 0600, and reads its header.
    ///
    /// - Throws: ``LedgerError``: missing, not a ledger, not writable.
    init(_ path: String, whereAbsent absence: Ledger.Absence) throws(LedgerError) {
        let header = try Self.header(path, absence)
        isEmpty = header.isEmpty
        isMarkPending = header.isEmpty || header.dropFirst(Self.writeVersionOffset).first == 1
        guard Self.isLedger(header) || (isEmpty && absence == .create) else {
            throw LedgerError(
                .notALedger,
                "\(path) is \(Self.kind(header)), not a Baton ledger. "
                    + "Name another file with --ledger.")
        }
        resolvedPath = try Self.resolve(path)
    }

    /// What tells this file from another one at the same path; nil where there is none.
    static func identity(_ path: String) -> Identity? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Identity(device: status.st_dev, number: status.st_ino)
    }

    /// A file, whatever its names.
    struct Identity: Hashable, Sendable {
        var device: UInt
        var number: UInt
    }

    private static func header(
        _ path: String, _ absence: Ledger.Absence
    ) throws(LedgerError) -> [UInt8] {
        // For writing in any case: of a ledger that may not be written SQLite makes a log and an
        // index that may not be either, and these stay in the way once the ledger's mode is mended.
        let flags = O_RDWR | O_CLOEXEC | (absence == .create ? O_CREAT : 0)
        let descriptor = unsafe open(path, flags, 0o600)
        guard descriptor >= 0 else {
            if errno == ENOENT, absence == .fail {
                throw LedgerError(
                    .missing,
                    "There is no ledger at \(path). Name the one of your run with --ledger.")
            }
            throw unopened(path)
        }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: headerBytes)
        let count = unsafe header.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard count >= 0 else { throw unopened(path) }
        return Array(header[..<count])
    }

    private static func isLedger(_ header: [UInt8]) -> Bool {
        guard header.count == headerBytes, header.starts(with: magic) else { return false }
        let id = header[applicationIDOffset...].prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        return id == UInt32(bitPattern: LedgerSchema.applicationID)
    }

    private static func kind(_ header: [UInt8]) -> String {
        if header.isEmpty { return "an empty file" }
        return header.starts(with: magic) ? "another program's database" : "no database"
    }

    private static func resolve(_ path: String) throws(LedgerError) -> String {
        guard let resolved = unsafe realpath(path, nil) else { throw unopened(path) }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func unopened(_ path: String) -> LedgerError {
        let reason = unsafe String(cString: strerror(errno))
        return LedgerError(
            .unwritable,
            "The ledger \(path) cannot be opened for writing: \(reason). Check its rights and those "
                + "of its folder, or name another file with --ledger.")
    }
}
