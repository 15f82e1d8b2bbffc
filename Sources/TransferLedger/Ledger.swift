import GRDB

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
    let pool: any DatabaseWriter
    /// The file that was opened, and its log, which is there from then on; nil where there is none.
    private let identity: LedgerFile.Identity?
    private let logIdentity: LedgerFile.Identity?

    /// How long a statement waits for another program's lock.
    private static let busyTimeout = 30.0

    /// What to do where there is no file.
    package enum Absence: Sendable { case create, fail }

    /// Opens the ledger at `path`, bringing its tables up to this version.
    ///
    /// A new file gets mode 0600, as SQLite's files beside it then do.
    ///
    /// - Throws: ``LedgerError``: missing, not a ledger, of a newer Baton, damaged, not writable.
    package init(path: String, whereAbsent absence: Absence) throws(LedgerError) {
        self.path = path
        let file = try LedgerFile(path, whereAbsent: absence)
        resolvedPath = file.resolvedPath
        do {
            if file.isMarkPending { try Self.mark(resolvedPath) }
            let pool = try DatabasePool(path: resolvedPath, configuration: Self.configuration)
            try Self.flushCommits(of: pool)
            try Self.migrate(pool, path)
            self.pool = pool
            identity = LedgerFile.identity(resolvedPath)
            logIdentity = LedgerFile.identity(resolvedPath + "-wal")
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// A ledger that nobody else sees, and that is gone with the process: SQLite keeps it in a file
    /// without a name, in the folder for temporary files, where memory is not enough.
    ///
    /// - Throws: ``LedgerError``.
    package static func scratch() throws(LedgerError) -> Ledger {
        do {
            var configuration = configuration
            configuration.prepareDatabase { db in
                // Whatever a crash left would be found by nobody.
                try db.execute(sql: "PRAGMA journal_mode = MEMORY")
                try db.execute(sql: "PRAGMA synchronous = OFF")
            }
            let queue = try DatabaseQueue(path: "", configuration: configuration)
            try LedgerSchema.migrator.migrate(queue)
            return Ledger(scratch: queue)
        } catch {
            throw LedgerError(error, path: "(temporary)")
        }
    }

    private init(scratch queue: DatabaseQueue) {
        path = "(temporary)"
        resolvedPath = ""
        pool = queue
        identity = nil
        logIdentity = nil
    }

    /// Whether it is one of ``scratch()``: there is nothing to lock it by, and nobody to lock out.
    var isScratch: Bool { resolvedPath.isEmpty }
    /// Of its ``LockFile``.
    var lockPath: String { resolvedPath + "-lock" }

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

    /// Writes one transaction, round which a test may kill the process.
    func write<T: Sendable>(
        _ point: Failpoint? = nil, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        do {
            try checkPlace()
            point?.pass(.before)
            let value = try await pool.write { db in
                let value = try body(db)
                point?.pass(.within)
                return value
            }
            point?.pass(.after)
            return value
        } catch let error as DatabaseError {
            throw LedgerError(error, path: path)
        }
    }

    /// Writes one transaction on this thread, which must not be one of the cooperative pool.
    func writeHere<T>(
        _ point: Failpoint? = nil, _ body: (Database) throws -> T
    ) throws -> T {
        do {
            try checkPlace()
            point?.pass(.before)
            let value = try pool.write { db in
                let value = try body(db)
                point?.pass(.within)
                return value
            }
            point?.pass(.after)
            return value
        } catch let error as DatabaseError {
            throw LedgerError(error, path: path)
        }
    }

    /// Reads on this thread, as ``writeHere(_:)`` writes.
    func readHere<T>(_ body: (Database) throws -> T) throws -> T {
        do {
            return try pool.read(body)
        } catch let error as DatabaseError {
            throw LedgerError(error, path: path)
        }
    }

    /// SQLite writes on into a file that was deleted or moved, and all of it would be lost. Of a log
    /// that is gone another process makes a new one, and what both hold does not go together.
    private func checkPlace() throws(LedgerError) {
        guard !isScratch,
            LedgerFile.identity(resolvedPath) != identity
                || LedgerFile.identity(resolvedPath + "-wal") != logIdentity
        else { return }
        throw LedgerError(
            .moved,
            "The ledger \(path) or its -wal was deleted, moved or replaced while Baton was at work, "
                + "so nothing more is sent. Put back what is missing and run `baton resume`. Where the "
                + "ledger is lost, run the same input with the same options again within a day: it has "
                + "the same client tokens, so the service transfers no contact twice.")
    }

    /// Looks through the whole file for damage; it takes about a second for a million rows.
    ///
    /// Not `quick_check`, which takes half of that: an index that leads elsewhere passes it, and the
    /// totals, which are counted by one, are then wrong for good.
    ///
    /// - Throws: ``LedgerError`` `.damaged`, with what SQLite found first.
    package func check() async throws {
        do {
            let found = try await pool.read {
                try String.fetchOne($0, sql: "PRAGMA integrity_check(1)")
            }
            guard let found, found != "ok" else { return }
            throw LedgerError(damaged: path, found)
        } catch let error as DatabaseError {
            throw LedgerError(error, path: path)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout)
        configuration.label = "baton ledger"
        configuration.prepareDatabase { db in
            // 32 MB: a checkpoint waits for the disk twice, and an ingest writes much more.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        return configuration
    }

    /// Has every commit of this program flushed to the disk.
    ///
    /// Not in the configuration: opening a pool, GRDB sets `synchronous = NORMAL` after it has used
    /// that, and SQLite then flushes at checkpoints alone (7 times in a run of 60,000 rows).
    private static func flushCommits(of pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    }

    /// Whether every commit is flushed to the disk before it is answered.
    package func flushesCommits() async throws -> Bool {
        // 2 is FULL.
        try await write { try Int.fetchOne($0, sql: "PRAGMA synchronous") == 2 }
    }

    /// Marks an empty file as a ledger, before it is anything else: the mark then stands in the
    /// file itself, where ``LedgerFile`` finds it, and never in the write-ahead log alone.
    private static func mark(_ path: String) throws {
        var configuration = configuration
        // Twice SQLite's: rows are stored in nine tenths of the time.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = 8192") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { db in
            guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == 0 else { return }
            try db.execute(sql: "PRAGMA application_id = \(LedgerSchema.applicationID)")
        }
        try queue.close()
    }

    /// Writes only where a table is missing: `status` and the reports leave the ledger as it is.
    private static func migrate(_ pool: DatabasePool, _ path: String) throws {
        let migrator = LedgerSchema.migrator
        guard try !pool.read(migrator.hasBeenSuperseded) else {
            throw LedgerError(newer: path)
        }
        guard try !pool.read(migrator.hasCompletedMigrations) else { return }
        try migrator.migrate(pool)
    }
}
