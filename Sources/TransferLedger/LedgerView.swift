import GRDB

/// A ledger that is only looked at, as a page or a metric does: nothing can be written through it.
///
/// A run may write to the ledger at the same time.
package final class LedgerView: Sendable {
    /// The path as it was given, for people.
    package let path: String
    /// The file behind all links.
    let resolvedPath: String
    private let pool: DatabasePool
    /// The file that was opened, and its log, which stays as long as this is open.
    private let identity: LedgerFile.Identity?
    private let logIdentity: LedgerFile.Identity?

    /// Reads that go on at the same time; others wait for their turn.
    private static let readsMax = 4
    /// How long the opening waits for another program's lock; a read waits for GRDB's 10 s.
    private static let busyTimeout = 5.0

    /// Opens the ledger at `path`.
    ///
    /// - Throws: ``LedgerError``: missing, not a ledger, of another version, damaged, busy.
    package init(path: String) throws(LedgerError) {
        self.path = path
        let file = try LedgerFile(path, whereAbsent: .fail)
        resolvedPath = file.resolvedPath
        do {
            pool = try DatabasePool(path: resolvedPath, configuration: Self.configuration)
            try pool.read { try Self.checkVersion($0, path) }
        } catch {
            throw LedgerError(error, path: path)
        }
        identity = LedgerFile.identity(resolvedPath)
        logIdentity = LedgerFile.identity(resolvedPath + "-wal")
    }

    /// Reads within one transaction: everything `body` sees is of the same moment.
    ///
    /// - Throws: ``LedgerError``; `.moved` where the file is another one than was opened.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (LedgerReader) throws -> T
    ) async throws -> T {
        do {
            try checkPlace()
            let value = try await pool.read { try body(LedgerReader(db: $0)) }
            // Again: a connection that was opened for this read may have opened another file.
            try checkPlace()
            return value
        } catch let error as DatabaseError {
            try checkPlace()
            throw LedgerError(error, path: path)
        }
    }

    private func checkPlace() throws(LedgerError) {
        guard
            LedgerFile.identity(resolvedPath) != identity
                || LedgerFile.identity(resolvedPath + "-wal") != logIdentity
        else { return }
        throw LedgerError(
            .moved,
            "The ledger \(path) or its -wal was deleted, moved or replaced since it was opened. "
                + "Put back what is missing, or open the new one by starting this command again.")
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(busyTimeout)
        configuration.maximumReaderCount = readsMax
        configuration.label = "baton ledger view"
        return configuration
    }

    private static func checkVersion(_ db: Database, _ path: String) throws {
        let migrator = LedgerSchema.migrator
        guard try !migrator.hasBeenSuperseded(db) else { throw LedgerError(newer: path) }
        guard try migrator.hasCompletedMigrations(db) else {
            throw LedgerError(
                .notALedger,
                "The ledger \(path) was made by an older Baton, or was never finished. "
                    + "`baton jobs --ledger \(path)` brings it up to date.")
        }
    }
}
