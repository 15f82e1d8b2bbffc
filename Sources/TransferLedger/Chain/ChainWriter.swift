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

/// Appends entries to a job's chain, within the transaction that commits what they are of, and in
/// which no route of the job changes between two of them.
struct ChainWriter: ~Copyable {
    private let job: Int64
    private var link: ChainLink
    private let entriesBefore: Int
    private var rowDigest: RowDigest
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
        let rowDigest = try RowDigest(of: job, in: db)
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
    ///
    /// - Parameter call: the row's last call, where it was written just now.
    mutating func append(
        _ what: ChainEvent, row: Int, after call: RowDigest.Call? = nil
    ) throws {
        guard let digest = try rowDigest.digest(of: row, after: call, &hasher, &bytes) else {
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
