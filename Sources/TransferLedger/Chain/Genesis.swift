import AWSSigning
import FoundationEssentials
import GRDB
import TransferCore

/// What a job's chain begins with: SHA-256 over the job, its input and its options, and the digest
/// of its rows' blocks.
enum Genesis {
    /// Begins every genesis, so that a chain made otherwise one day is not taken for one of these.
    private static let version = "baton chain 1"

    /// - Parameters:
    ///   - job: the job's number; its input and options stand in the ledger.
    ///   - rows: the digest of the digests of its blocks.
    static func digest(
        _ id: JobID, _ job: Int64, rows: SHA256Digest, in db: Database
    ) throws -> SHA256Digest {
        var bytes = CanonicalBytes()
        bytes.append(version)
        bytes.append(id.text)
        _ = try HotStatement(
            """
            SELECT created_at, input_name, input_bytes, input_sha256, delimiter, header, region,
                endpoint, instance, flow, flow_name, flow_decides, rows
            FROM jobs WHERE number = ?
            """, in: db
        ).append([.integer(job)], to: &bytes)
        let homes = try HotStatement(
            "SELECT region, account, endpoint FROM homes WHERE job = ? ORDER BY 1, 2", in: db
        ).append([.integer(job)], to: &bytes)
        bytes.append(Int64(homes))
        bytes.append(rows.bytes)
        bytes.append(try routes(of: job, in: db).bytes)
        return SHA256Digest(of: bytes.bytes)
    }

    /// The digest of where rows go, as the input says it: ids that are found for names come later,
    /// and belong to the rows that are called with them.
    private static func routes(of job: Int64, in db: Database) throws -> SHA256Digest {
        let things = ["flow", "queue", "user", "expected_queue", "expected_user"]
        let said = things.map { "iif(\($0)_name IS NULL, \($0), NULL), \($0)_name" }
        let routes = try Row.fetchCursor(
            db,
            sql: """
                SELECT number, instance, region, account, \(said.joined(separator: ", "))
                FROM routes WHERE job = ? ORDER BY number
                """,
            arguments: [job])
        var hasher = SHA256Hasher()
        var bytes = CanonicalBytes()
        while let route = try routes.next() {
            bytes.removeAll()
            bytes.append(route[0] as Int64)
            for column in 1..<route.count {
                let text: String? = route[column]
                if let text { bytes.append(text) } else { bytes.appendNull() }
            }
            hasher.update(bytes.bytes)
        }
        return hasher.finish()
    }

    /// The digest of the digests of a job's blocks, as they stand in the ledger.
    static func rows(of job: Int64, in db: Database) throws -> SHA256Digest {
        var hasher = SHA256Hasher()
        let keys = RowKey.all(of: job)
        let blocks = try Row.fetchCursor(
            db, sql: "SELECT digest FROM row_blocks WHERE key > ? AND key <= ? ORDER BY key",
            arguments: [keys.before, keys.last])
        while let block = try blocks.next() { hasher.update(Array(block[0] as Data)) }
        return hasher.finish()
    }
}
