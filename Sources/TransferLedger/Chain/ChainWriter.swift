import AWSSigning
import FoundationEssentials
import GRDB
import TransferCore

/// What an entry of a chain says.
enum ChainEvent: String {
    /// A row has got its outcome.
    case outcome
    /// The outcome is no longer the row's: it is pending again.
    case takenBack = "taken back"
}

/// How far a job's chain has come.
struct ChainLink: Hashable {
    var entries: Int
    var head: SHA256Digest

    /// Goes on by one entry: the head becomes SHA-256 over the head before, the entry's number, the
    /// row's, what happened to it, and its digest.
    mutating func follow(
        _ what: String, row: Int, _ digest: [UInt8], _ bytes: inout CanonicalBytes,
        _ hasher: inout SHA256Hasher
    ) {
        entries += 1
        bytes.removeAll()
        bytes.append(head.bytes)
        bytes.append(Int64(entries))
        bytes.append(Int64(row))
        bytes.append(what)
        bytes.append(digest)
        hasher.update(bytes.bytes)
        head = hasher.next()
    }
}

/// Appends entries to a job's chain, within the transaction that commits what they are of.
struct ChainWriter: ~Copyable {
    private let job: Int64
    private var link: ChainLink
    private let entriesBefore: Int
    private let rowDigest: RowDigest
    private let insert: HotStatement
    private let insertHead: HotStatement
    private var hasher: SHA256Hasher
    private var bytes: CanonicalBytes

    /// Goes on where the last commit left the chain.
    init(_ job: Int64, in db: Database) throws {
        guard let link = try ChainLink.last(of: job, in: db) else {
            throw LedgerError(
                .failed,
                "The chain of the job's outcomes has lost its beginning: somebody changed the "
                    + "ledger. `baton verify-ledger` says what is wrong with it.")
        }
        // All that can throw before the first property: a value that cannot be copied is not
        // given up half made.
        let rowDigest = try RowDigest(in: db)
        let insert = try HotStatement(
            "INSERT INTO chain (key, row, what, digest) VALUES (?, ?, ?, ?)", in: db)
        let insertHead = try Self.headInsert(in: db)
        self.job = job
        self.link = link
        entriesBefore = link.entries
        self.rowDigest = rowDigest
        self.insert = insert
        self.insertHead = insertHead
        hasher = SHA256Hasher()
        bytes = CanonicalBytes()
    }

    private static func headInsert(in db: Database) throws -> HotStatement {
        try HotStatement("INSERT INTO chain_heads (key, head) VALUES (?, ?)", in: db)
    }

    /// Stores the head of no entries.
    static func begin(_ job: Int64, genesis: SHA256Digest, in db: Database) throws {
        try headInsert(in: db).execute([
            .integer(RowKey(job: job, row: 0).value), .blob(genesis.bytes),
        ])
    }

    /// Appends an entry for a row as it stands in the ledger now.
    mutating func append(_ what: ChainEvent, row: Int) throws {
        guard
            let digest = try rowDigest.digest(of: RowKey(job: job, row: row), &hasher, &bytes)
        else {
            throw LedgerError(
                .failed, "Row \(row) is not in the ledger any more. `baton verify-ledger`.")
        }
        link.follow(what.rawValue, row: row, digest.bytes, &bytes, &hasher)
        try insert.execute([
            .integer(RowKey(job: job, row: link.entries).value), .integer(Int64(row)),
            .text(what.rawValue), .blob(digest.bytes),
        ])
    }

    /// Stores the head, where entries were appended.
    consuming func finish() throws {
        guard link.entries > entriesBefore else { return }
        try insertHead.execute([
            .integer(RowKey(job: job, row: link.entries).value), .blob(link.head.bytes),
        ])
    }
}

/// The digest of a row with its outcome and its calls: of all that stands for it in the ledger.
struct RowDigest {
    private let row: HotStatement
    private let calls: HotStatement

    init(in db: Database) throws {
        // Ids that are found for names belong to a row once it was called with them; before that,
        // `retry` has them looked up again.
        let ids = ["flow", "queue", "user", "expected_queue", "expected_user"]
        let asked = ids.map { "iif(calls > 0 OR \($0)_name IS NULL, \($0), NULL), \($0)_name" }
        row = try HotStatement(
            """
            SELECT line, record, contact, contact_at, token, outcome, code, column_name, message,
                new_contact, request_id, attempts, calls, claimed_at, started_at, finished_at,
                route, instance, region, account, \(asked.joined(separator: ", "))
            FROM rows CROSS JOIN row_states ON row_states.key = rows.key
            LEFT JOIN routes ON routes.job = rows.key >> 32 AND routes.number = route
            WHERE rows.key = ?
            """, in: db)
        calls = try HotStatement(
            """
            SELECT call, run, operation, started_at, finished_at, microseconds, throttled,
                http_status, code, message, request_id
            FROM calls WHERE key = ? ORDER BY call
            """, in: db)
    }

    /// Nil where the row, or its state, is not in the ledger.
    func digest(
        of key: RowKey, _ hasher: inout SHA256Hasher, _ bytes: inout CanonicalBytes
    ) throws -> SHA256Digest? {
        bytes.removeAll()
        guard try row.append([.integer(key.value)], to: &bytes) == 1 else { return nil }
        _ = try calls.append([.integer(key.value)], to: &bytes)
        hasher.update(bytes.bytes)
        return hasher.next()
    }
}

extension ChainLink {
    /// The link that the last commit stored; nil where there is none.
    static func last(of job: Int64, in db: Database) throws -> ChainLink? {
        try one(of: job, "ORDER BY key DESC", in: db)
    }

    /// The link of the job's genesis.
    static func first(of job: Int64, in db: Database) throws -> ChainLink? {
        try one(of: job, "ORDER BY key", in: db)
    }

    private static func one(
        of job: Int64, _ order: String, in db: Database
    ) throws -> ChainLink? {
        let keys = RowKey.all(of: job)
        return try Row.fetchOne(
            db,
            sql: """
                SELECT \(RowKey.row(of: "key")), head FROM chain_heads
                WHERE key >= ? AND key <= ? \(order) LIMIT 1
                """,
            arguments: [keys.before, keys.last]
        ).flatMap { row in
            SHA256Digest(bytes: Array(row[1] as Data)).map { ChainLink(entries: row[0], head: $0) }
        }
    }
}
