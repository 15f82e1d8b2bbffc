import GRDB
package import TransferCore

extension Ledger {
    /// What became of an ingest.
    package enum Stored: Sendable {
        case created(Job)
        /// The same input with the same options was stored before; nothing was changed.
        case existing(Job)
    }

    /// What is known of a job once its last row was read.
    package struct Seal: Sendable {
        package var id: JobID
        package var input: JobInput
        package var options: JobOptions

        package init(id: JobID, input: JobInput, options: JobOptions) {
            self.id = id
            self.input = input
            self.options = options
        }
    }

    /// Stores a job whole or not at all: `fill` appends its rows in order and seals it, within one
    /// transaction.
    ///
    /// - Throws: what `fill` throws, with nothing stored; ``LedgerError``.
    package func store(
        at now: Timestamp, _ fill: @escaping @Sendable (inout JobWriter) throws -> Seal
    ) async throws -> Stored {
        let outcome = try await write { db -> Stored in
            var stored: Stored?
            try db.inSavepoint {
                var writer = try JobWriter(db, at: now)
                let seal = try fill(&writer)
                if let job = try LedgerReader(db: db).job(seal.id) {
                    stored = .existing(job)
                    return .rollback
                }
                stored = .created(try writer.finish(seal))
                return .commit
            }
            guard let stored else {
                throw LedgerError(.failed, "The job was not stored.")
            }
            return stored
        }
        return outcome
    }
}

/// Appends the rows of a job that is being stored.
package struct JobWriter {
    private let db: Database
    private let insert: Statement
    private let number: Int64
    private let createdAt: Timestamp
    private var rows = 0

    fileprivate init(_ db: Database, at now: Timestamp) throws {
        self.db = db
        createdAt = now
        // The id is a digest of what is yet to be read, so the job has a provisional one till then;
        // nobody sees it, since the transaction is not committed before `finish`.
        try db.execute(
            sql: """
                INSERT INTO jobs (id, created_at, input_name, input_bytes, input_sha256, delimiter,
                    header, region, endpoint, flow_decides, rows)
                VALUES ('ingesting', ?, '', 0, '', 0, '', '', '', 0, 0)
                """,
            arguments: [now.milliseconds])
        number = db.lastInsertedRowID
        insert = try db.makeStatement(
            sql: """
                INSERT INTO rows (job, row, line, record, contact, instance, flow, queue, user,
                    expected_queue, expected_user, token, outcome, code, column_name, message,
                    finished_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
    }

    /// Adds the next row.
    package mutating func append(_ row: NewRow) throws {
        rows += 1
        switch row.verdict {
        case .pending(let draft):
            try insert.execute(arguments: [
                number, row.row, row.line, row.record, draft.contact.text, draft.instance.text,
                draft.flow.text, draft.destination.queue?.text, draft.destination.user?.text,
                draft.mustBeAt?.queue?.text, draft.mustBeAt?.user?.text, draft.tokenOverride?.text,
                Outcome.pending.rawValue, nil, nil, nil, nil,
            ])
        case .rejected(let code, let column, let message, let contact):
            try insert.execute(arguments: [
                number, row.row, row.line, row.record, contact, nil, nil, nil, nil, nil, nil, nil,
                Outcome.rejected.rawValue, code, column, message, createdAt.milliseconds,
            ])
        }
    }

    fileprivate func finish(_ seal: Ledger.Seal) throws -> Job {
        try db.execute(
            sql: """
                UPDATE jobs SET id = ?, input_name = ?, input_bytes = ?, input_sha256 = ?,
                    delimiter = ?, header = ?, region = ?, endpoint = ?, instance = ?, flow = ?,
                    flow_decides = ?, rows = ?
                WHERE number = ?
                """,
            arguments: [
                seal.id.text, seal.input.name, seal.input.bytes, seal.input.sha256,
                Int(seal.input.delimiter), seal.input.header, seal.options.region,
                seal.options.endpoint, seal.options.instance?.text, seal.options.flow?.text,
                seal.options.flowDecides, rows, number,
            ])
        return Job(
            number: number, id: seal.id, createdAt: createdAt, input: seal.input,
            options: seal.options, rows: rows)
    }
}

extension Destination {
    var queue: QueueID? { if case .queue(let id) = self { id } else { nil } }
    var user: UserID? { if case .user(let id) = self { id } else { nil } }

    /// The destination of the two columns, of which one at most has a value.
    init(queue: String?, user: String?) {
        if let queue {
            self = .queue(QueueID(valid: queue))
        } else if let user {
            self = .user(UserID(valid: user))
        } else {
            self = .flowDecides
        }
    }
}

extension Guard {
    var queue: QueueID? { if case .queue(let id) = self { id } else { nil } }
    var user: UserID? { if case .user(let id) = self { id } else { nil } }

    init?(queue: String?, user: String?) {
        if let queue {
            self = .queue(QueueID(valid: queue))
        } else if let user {
            self = .user(UserID(valid: user))
        } else {
            return nil
        }
    }
}
