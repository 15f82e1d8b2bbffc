import GRDB
import Glibc

/// The SQLite file that holds jobs, rows, calls and events.
///
/// Write-ahead logging, so that reports and `status` read while a run writes; every commit is
/// flushed to the disk (`synchronous = FULL`) before it is answered, since a claim or an outcome
/// that a power cut takes back is a contact transferred twice.
package final class Ledger: Sendable {
    /// The path as it was given, for people.
    package let path: String
    /// The file behind all links, as SQLite finds it: what the files beside it are named after.
    let resolvedPath: String
    let pool: DatabasePool

    /// How long a statement waits for another program's lock.
    private static let busyTimeout = 10.0

    /// What to do where there is no file.
    package enum Absence: Sendable { case create, fail }

    /// Opens the ledger at `path`, bringing its tables up to this version.
    ///
    /// A new file gets mode 0600, as SQLite's files beside it then do.
    ///
    /// - Throws: ``LedgerError``: missing, not a ledger, of a newer Baton, damaged, not writable.
    package init(path: String, whereAbsent absence: Absence) throws(LedgerError) {
        self.path = path
        try Self.prepareFile(path, absence)
        resolvedPath = try Self.resolve(path)
        do {
            pool = try DatabasePool(path: resolvedPath, configuration: Self.configuration)
            try Self.checkAndMigrate(pool, path)
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Reads within one transaction: everything `body` sees is of the same moment.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (LedgerReader) throws -> T
    ) async throws -> T {
        do {
            return try await pool.read { try body(LedgerReader(db: $0)) }
        } catch let error as DatabaseError {
            throw LedgerError(error, path: path)
        }
    }

    func write<T: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        do {
            return try await pool.write { try body($0) }
        } catch let error as DatabaseError {
            throw LedgerError(error, path: path)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout)
        configuration.label = "baton ledger"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }

    private static func prepareFile(_ path: String, _ absence: Absence) throws(LedgerError) {
        let flags = absence == .create ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else {
            if errno == ENOENT, absence == .fail {
                throw LedgerError(
                    .missing,
                    "There is no ledger at \(path). Name the one of your run with --ledger.")
            }
            throw unopened(path)
        }
        close(descriptor)
    }

    private static func resolve(_ path: String) throws(LedgerError) -> String {
        guard let resolved = realpath(path, nil) else { throw unopened(path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func unopened(_ path: String) -> LedgerError {
        LedgerError(
            .unwritable,
            "The ledger \(path) cannot be opened: \(String(cString: strerror(errno))). "
                + "Check the folder and its rights, or name another file with --ledger.")
    }

    private static func checkAndMigrate(_ pool: DatabasePool, _ path: String) throws {
        try pool.write { db in
            let id = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            guard id == LedgerSchema.applicationID || (id == 0 && tables == 0) else {
                throw LedgerError(
                    .notALedger,
                    "\(path) is another program's database, not a Baton ledger. "
                        + "Name another file with --ledger.")
            }
            try db.execute(sql: "PRAGMA application_id = \(LedgerSchema.applicationID)")
        }
        let migrator = LedgerSchema.migrator
        guard try !pool.read(migrator.hasBeenSuperseded) else {
            throw LedgerError(
                .newer,
                "The ledger \(path) was written by a newer Baton. Use that version, "
                    + "or name another file with --ledger.")
        }
        try migrator.migrate(pool)
    }
}
