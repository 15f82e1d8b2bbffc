import AWSSigning
import FoundationEssentials
import GRDB
import TransferCore

/// A job whose rows are coming in: nobody sees it before it is sealed.
///
/// Its lock is held as long as somebody fills it. One that is unsealed with its lock free was left
/// by a process that was killed. The lock is taken within the transaction that shows the job to
/// others, and let go within the one that deletes it, so that a number is never used again too
/// early.
struct UnsealedJob: ~Copyable {
    private let ledger: Ledger
    private let number: Int64
    private let createdAt: Timestamp
    private var lock: JobLock?
    private var blocks = RowBlocks()

    /// How many rows are deleted at a time.
    private static let deletedMax = 4096
    /// How many outcomes are chained at a time.
    private static let chainedMax = 4096

    private init(
        _ ledger: Ledger, number: Int64, createdAt: Timestamp, lock: consuming JobLock
    ) {
        self.ledger = ledger
        self.number = number
        self.createdAt = createdAt
        self.lock = consume lock
    }

    /// Begins a job. Its id is a digest of what is yet to be read, so it has a provisional one.
    static func begin(in ledger: Ledger, at now: Timestamp) throws -> UnsealedJob {
        var begun: UnsealedJob?
        try ledger.writeHere(.jobBegun) { db in
            try db.execute(
                sql: """
                    INSERT INTO jobs (id, created_at, input_name, input_bytes, input_sha256,
                        delimiter, header, region, endpoint, flow_decides, rows, sealed)
                    VALUES (?, ?, '', 0, '', 0, '', '', '', 0, 0, 0)
                    """,
                arguments: ["ingesting-\(UUID().uuidString)", now.milliseconds])
            let number = db.lastInsertedRowID
            guard let lock = try JobLock.take(number, of: ledger) else {
                throw LedgerError(
                    .held, "The new job's lock is held by another process. Run it again.")
            }
            begun = UnsealedJob(ledger, number: number, createdAt: now, lock: lock)
        }
        guard let job = begun.take() else {
            throw LedgerError(.failed, "The job was not begun.")
        }
        return job
    }

    /// Takes over a job whose process was killed while it filled it; nil where there is none.
    static func abandoned(in ledger: Ledger) throws -> UnsealedJob? {
        let query = "SELECT number, created_at FROM jobs WHERE NOT sealed"
        if try ledger.readHere({ try Row.fetchOne($0, sql: query) }) == nil { return nil }
        var abandoned: UnsealedJob?
        try ledger.writeHere { db in
            for row in try Row.fetchAll(db, sql: query) {
                guard let lock = try JobLock.take(row[0], of: ledger) else { continue }
                abandoned = UnsealedJob(
                    ledger, number: row[0], createdAt: Timestamp(milliseconds: row[1]), lock: lock)
                return
            }
        }
        return abandoned
    }

    /// Commits the next rows, the first of which has this number.
    mutating func append(_ batch: NewRows, firstRow: Int) throws {
        let job = number
        try ledger.writeHere(.rowsStored) { db in
            try db.insert(batch.routes, job: job)
            try RowInsert(job, in: db).execute(batch, firstRow: firstRow)
            try db.insert(batch.ended, job: job, at: createdAt)
            try blocks.add(batch, firstRow: firstRow) { lastRow, digest in
                try db.insertBlock(RowKey(job: job, row: lastRow), digest)
            }
        }
    }

    /// Shows the job to all, unless it was stored before.
    mutating func seal(_ seal: Ledger.Seal, rows: Int) throws -> Ledger.Stored {
        if let job = try ledger.readHere({ try LedgerReader(db: $0).job(seal.id) }) {
            return .existing(job)
        }
        try describe(seal, rows: rows)
        try chainOutcomes()
        return try ledger.writeHere(.jobSealed) { db in
            if let job = try LedgerReader(db: db).job(seal.id) { return .existing(job) }
            try db.execute(
                sql: "UPDATE jobs SET id = ?, sealed = 1 WHERE number = ?",
                arguments: [seal.id.text, number])
            return .created(
                Job(
                    number: number, id: seal.id, createdAt: createdAt, input: seal.input,
                    options: seal.options, rows: rows))
        }
    }

    /// Stores what the job is but for its id, and the genesis of its chain.
    private mutating func describe(_ seal: Ledger.Seal, rows: Int) throws {
        let job = number
        try ledger.writeHere(.jobDescribed) { db in
            try db.execute(
                sql: """
                    UPDATE jobs SET input_name = ?, input_bytes = ?, input_sha256 = ?,
                        delimiter = ?, header = ?, region = ?, endpoint = ?, instance = ?,
                        flow = ?, flow_name = ?, flow_decides = ?, rows = ?
                    WHERE number = ?
                    """,
                arguments: [
                    seal.input.name, seal.input.bytes, seal.input.sha256,
                    Int(seal.input.delimiter), seal.input.header, seal.options.region,
                    seal.options.endpoint, seal.options.instance?.text, seal.options.flow?.id?.text,
                    seal.options.flow?.name, seal.options.flowDecides, rows, job,
                ])
            try db.insert(seal.homes, job: job)
            let digest = try blocks.end(lastRow: rows) { lastRow, digest in
                try db.insertBlock(RowKey(job: job, row: lastRow), digest)
            }
            let genesis = try Genesis.digest(seal.id, job, rows: digest, in: db)
            try ChainWriter.begin(job, genesis: genesis, in: db)
        }
    }

    /// Chains the outcomes that rows have before anything was sent, some at a time: by now the last
    /// word on each is said.
    private func chainOutcomes() throws {
        let keys = RowKey.all(of: number)
        var cursor: Int? = 0
        while let after = cursor {
            cursor = try ledger.writeHere { db in
                let rows = try Int.fetchAll(
                    db,
                    sql: """
                        SELECT \(RowKey.row(of: "key")) FROM row_states
                        WHERE key > ? AND key <= ? ORDER BY key LIMIT \(Self.chainedMax)
                        """,
                    arguments: [RowKey(job: number, row: after), keys.last])
                guard !rows.isEmpty else { return nil }
                var chain = try ChainWriter(number, in: db)
                for row in rows { try chain.append(.outcome, row: row) }
                try chain.finish()
                return rows.last
            }
        }
    }

    /// Deletes the job and its rows, some at a time.
    consuming func delete() throws {
        let (before, _, last) = RowKey.all(of: number)
        for table in ["chain", "chain_heads", "row_blocks", "row_states", "rows"] {
            var isEmpty = false
            while !isEmpty {
                isEmpty = try ledger.writeHere { db in
                    try db.execute(
                        sql: """
                            DELETE FROM \(table) WHERE key IN (SELECT key FROM \(table)
                                WHERE key >= ? AND key <= ? LIMIT \(Self.deletedMax))
                            """,
                        arguments: [before, last])
                    return db.changesCount == 0
                }
            }
        }
        var lock = lock.take()
        try ledger.writeHere { db in
            for table in ["routes", "homes"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE job = ?", arguments: [number])
            }
            try db.execute(
                sql: "DELETE FROM jobs WHERE number = ? AND NOT sealed", arguments: [number])
            _ = lock.take()
        }
    }
}

extension Database {
    /// Stores the digest of a block of rows.
    fileprivate func insertBlock(_ lastRow: RowKey, _ digest: SHA256Digest) throws {
        try HotStatement("INSERT INTO row_blocks (key, digest) VALUES (?, ?)", in: self)
            .execute([.integer(lastRow.value), .blob(digest.bytes)])
    }

    /// Stores the routes that rows take.
    fileprivate func insert(_ routes: [NewRoute], job: Int64) throws {
        let insert = try cachedStatement(
            sql: """
                INSERT INTO routes (job, number, instance, region, account, flow, flow_name, queue,
                    queue_name, user, user_name, expected_queue, expected_queue_name, expected_user,
                    expected_user_name)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for new in routes {
            let (destination, mustBeAt) = (new.route.destination, new.route.mustBeAt)
            try insert.execute(arguments: [
                job, new.number, new.route.instance.text, new.route.home?.region,
                new.route.home?.account, new.route.flow.id?.text,
                new.route.flow.name, destination?.queue?.id?.text, destination?.queue?.name,
                destination?.user?.id?.text, destination?.user?.name, mustBeAt?.queue?.id?.text,
                mustBeAt?.queue?.name, mustBeAt?.user?.id?.text, mustBeAt?.user?.name,
            ])
        }
    }

    /// Gives rows their outcome before anything is sent; a row that has one gets the new one.
    func insert(_ ended: [EndedRow], job: Int64, at now: Timestamp) throws {
        let insert = try cachedStatement(
            sql: """
                INSERT INTO row_states (key, outcome, code, column_name, message, finished_at)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome, code = excluded.code,
                    column_name = excluded.column_name, message = excluded.message,
                    finished_at = excluded.finished_at
                """)
        for row in ended {
            try insert.execute(arguments: [
                RowKey(job: job, row: row.row), row.outcome.rawValue, row.code.rawValue,
                row.column?.rawValue, row.message, now.milliseconds,
            ])
        }
    }
}
