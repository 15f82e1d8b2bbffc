import GRDB

/// What went wrong with the ledger.
package struct LedgerError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case missing, notALedger, newer, damaged, moved, busy, full, unwritable, failed
        case noSuchJob, manyJobs, held
        /// Another process holds now what this one held.
        case overtaken
    }

    package var code: Code
    /// A sentence for the operator: what failed, on what, what to do now.
    package var message: String
    /// SQLite's own words, without any value of a row.
    package var underlying: String?

    package init(_ code: Code, _ message: String, underlying: String? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    package var description: String {
        underlying.map { "\(message) (SQLite: \($0))" } ?? message
    }
}

extension LedgerError {
    /// Makes the operator's sentence of a failure of SQLite on the ledger at `path`.
    init(_ error: any Error, path: String) {
        guard let database = error as? DatabaseError else {
            self = (error as? LedgerError) ?? LedgerError(.failed, "Ledger \(path): \(error)")
            return
        }
        // The statement's arguments, which may hold a customer's data, are left out by GRDB.
        let words = database.message ?? "code \(database.extendedResultCode.rawValue)"
        self.init(
            Self.code(of: database), Self.advice(Self.code(of: database), path), underlying: words)
    }

    /// Makes the operator's sentence of what a look through the ledger at `path` found.
    init(damaged path: String, _ found: String) {
        let line = found.split(separator: "\n").first.map(String.init)
        self.init(.damaged, Self.advice(.damaged, path), underlying: line)
    }

    /// That the ledger at `path` has what this version does not know.
    init(newer path: String) {
        self.init(
            .newer,
            "The ledger \(path) was written by a newer Baton. Use that version, "
                + "or name another file with --ledger.")
    }

    private static func code(of error: DatabaseError) -> Code {
        switch error.resultCode {
        case .SQLITE_NOTADB: .notALedger
        case .SQLITE_CORRUPT: .damaged
        case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
        case .SQLITE_FULL: .full
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_IOERR: .unwritable
        default: .failed
        }
    }

    private static func advice(_ code: Code, _ path: String) -> String {
        switch code {
        case .notALedger:
            "\(path) is not a Baton ledger. Name another file with --ledger."
        case .damaged:
            "The ledger \(path) is damaged, so nothing is sent. Copy it with its -wal file first. "
                + "Then put a backup in its place, or save what can be read: "
                + "`sqlite3 \(path) .recover | sqlite3 mended.sqlite`, and go on with "
                + "`--ledger mended.sqlite`."
        case .busy:
            "The ledger \(path) was held by another program for too long. "
                + "Close that program and run `baton resume`."
        case .full:
            "The disk that holds the ledger \(path) is full. Make room and run `baton resume`."
        case .unwritable:
            "The ledger \(path) cannot be written. Check its rights, those of the files beside it "
                + "and of the folder, the free space and `ulimit -f`, then run `baton resume`."
        default:
            "The ledger \(path) could not be used."
        }
    }
}
