import AWSSigning
import GRDB

/// The digests of a job's rows with their outcomes and their calls: each of all that stands for its
/// row in the ledger.
///
/// For one transaction, in which the job's routes are as they are: what is read of one is kept.
struct RowDigest {
    private let job: Int64
    private let row: HotStatement
    private let calls: HotStatement
    private var routes: RouteBytes

    /// The columns of a call in the order of its table, but that the row's key stands in place of
    /// the call's number.
    typealias Call = InlineArray<11, HotStatement.Value>

    // Of the query for a row.
    private static let callCount: Int32 = 12
    private static let route: Int32 = 16

    init(of job: Int64, in db: Database) throws {
        self.job = job
        row = try HotStatement(
            """
            SELECT line, record, contact, contact_at, token, outcome, code, column_name, message,
                new_contact, request_id, attempts, calls, claimed_at, started_at, finished_at,
                route
            FROM rows CROSS JOIN row_states ON row_states.key = rows.key
            WHERE rows.key = ?
            """, in: db)
        calls = try HotStatement(
            """
            SELECT call, run, operation, started_at, finished_at, microseconds, throttled,
                http_status, code, message, request_id
            FROM calls WHERE key = ? ORDER BY call
            """, in: db)
        routes = try RouteBytes(of: job, in: db)
    }

    /// Nil where the row, or its state, is not in the ledger.
    ///
    /// - Parameter call: the row's last call, where it was written just now: nearly always it is the
    ///   only one, and then none is read.
    mutating func digest(
        of row: Int, after call: Call? = nil, _ hasher: inout SHA256Hasher,
        _ bytes: inout CanonicalBytes
    ) throws -> SHA256Digest? {
        let key = HotStatement.Value.integer(RowKey(job: job, row: row).value)
        var route: Int64?
        var callCount: Int64 = 0
        bytes.removeAll()
        let found = try self.row.append([key], to: &bytes) { row in
            route = row.number(Self.route)
            callCount = row.number(Self.callCount) ?? 0
        }
        guard found == 1 else { return nil }
        try routes.append(route, wasCalled: callCount > 0, to: &bytes)
        if let call, callCount == 1 {
            bytes.append(callCount)
            for index in 1..<call.count { bytes.append(call[index]) }
        } else {
            try calls.append([key], to: &bytes)
        }
        hasher.update(bytes.bytes)
        return hasher.next()
    }
}

/// What routes add to the digests of their rows.
///
/// Kept, since many rows go by one route.
private struct RouteBytes {
    private let job: Int64
    private let route: HotStatement
    private var kept: [Name: [UInt8]] = [:]

    private struct Name: Hashable {
        var number: Int64
        var wasCalled: Bool
    }

    /// Some 500 bytes each.
    private static let keptMax = 1024
    private static let columns = 13

    init(of job: Int64, in db: Database) throws {
        self.job = job
        // Ids that are found for names belong to a row once it was called with them; before that,
        // `retry` has them looked up again.
        let ids = ["flow", "queue", "user", "expected_queue", "expected_user"]
        let asked = ids.map { "iif(?3 OR \($0)_name IS NULL, \($0), NULL), \($0)_name" }
        route = try HotStatement(
            """
            SELECT instance, region, account, \(asked.joined(separator: ", "))
            FROM routes WHERE job = ?1 AND number = ?2
            """, in: db)
    }

    /// - Parameters:
    ///   - number: nil for a row that has no route.
    ///   - wasCalled: whether the row was.
    mutating func append(
        _ number: Int64?, wasCalled: Bool, to bytes: inout CanonicalBytes
    ) throws {
        guard let number else { return Self.appendNone(to: &bytes) }
        let name = Name(number: number, wasCalled: wasCalled)
        if let known = kept[name] { return bytes.append(canonical: known) }
        var read = CanonicalBytes()
        let found = try route.append(
            [.integer(job), .integer(number), .integer(wasCalled ? 1 : 0)], to: &read)
        // One that somebody removed: whoever verifies is to find that it was another.
        if found == 0 { Self.appendNone(to: &read) }
        if kept.count >= Self.keptMax { kept.removeAll(keepingCapacity: true) }
        kept[name] = read.bytes
        bytes.append(canonical: read.bytes)
    }

    private static func appendNone(to bytes: inout CanonicalBytes) {
        for _ in 0..<columns { bytes.appendNull() }
    }
}
