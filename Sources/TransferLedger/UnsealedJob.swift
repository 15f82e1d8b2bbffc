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

    /// How many rows are deleted at a time.
    private static let deletedMax = 4096

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
        try ledger.writeHere { db in
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

    /// Commits the next rows.
    func append(_ rows: [NewRow]) throws {
        try ledger.writeHere { db in
            let insert = try db.cachedStatement(
                sql: """
                    INSERT INTO rows (job, row, line, record, contact, instance, flow, queue, user,
                        expected_queue, expected_user, token, outcome, code, column_name, message,
                        finished_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            for row in rows { try insert.execute(arguments: arguments(row)) }
        }
    }

    private func arguments(_ row: NewRow) -> StatementArguments {
        switch row.verdict {
        case .pending(let draft):
            [
                number, row.row, row.line, row.record, draft.contact.text, draft.instance.text,
                draft.flow.text, draft.destination.queue?.text, draft.destination.user?.text,
                draft.mustBeAt?.queue?.text, draft.mustBeAt?.user?.text, draft.tokenOverride?.text,
                Outcome.pending.rawValue, nil, nil, nil, nil,
            ]
        case .rejected(let code, let column, let message, let contact):
            [
                number, row.row, row.line, row.record, contact, nil, nil, nil, nil, nil, nil, nil,
                Outcome.rejected.rawValue, code, column, message, createdAt.milliseconds,
            ]
        }
    }

    /// Shows the job to all, unless it was stored before.
    func seal(_ seal: Ledger.Seal, rows: Int) throws -> Ledger.Stored {
        try ledger.writeHere { db in
            if let job = try LedgerReader(db: db).job(seal.id) { return .existing(job) }
            try db.execute(
                sql: """
                    UPDATE jobs SET id = ?, input_name = ?, input_bytes = ?, input_sha256 = ?,
                        delimiter = ?, header = ?, region = ?, endpoint = ?, instance = ?,
                        flow = ?, flow_decides = ?, rows = ?, sealed = 1
                    WHERE number = ?
                    """,
                arguments: [
                    seal.id.text, seal.input.name, seal.input.bytes, seal.input.sha256,
                    Int(seal.input.delimiter), seal.input.header, seal.options.region,
                    seal.options.endpoint, seal.options.instance?.text, seal.options.flow?.text,
                    seal.options.flowDecides, rows, number,
                ])
            return .created(
                Job(
                    number: number, id: seal.id, createdAt: createdAt, input: seal.input,
                    options: seal.options, rows: rows))
        }
    }

    /// Deletes the job and its rows, some at a time.
    consuming func delete() throws {
        var isEmpty = false
        while !isEmpty {
            isEmpty = try ledger.writeHere { db in
                try db.execute(
                    sql: """
                        DELETE FROM rows WHERE job = ?1
                            AND row < (SELECT min(row) FROM rows WHERE job = ?1) + ?2
                        """,
                    arguments: [number, Self.deletedMax])
                return db.changesCount == 0
            }
        }
        var lock = lock.take()
        try ledger.writeHere { db in
            try db.execute(
                sql: "DELETE FROM jobs WHERE number = ? AND NOT sealed", arguments: [number])
            _ = lock.take()
        }
    }
}
