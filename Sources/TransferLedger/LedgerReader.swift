import GRDB
package import TransferCore

/// What the ledger says at one moment: every query outside of ingest and run.
package struct LedgerReader {
    let db: Database

    /// What tells this ledger from all others, wherever its file goes: 32 hexadecimal digits.
    package func ledgerID() throws -> String {
        try String.fetchOne(db, sql: "SELECT id FROM ledger") ?? ""
    }

    // Jobs that are still being stored are seen by nobody: each query of jobs says `sealed`.

    /// All jobs, the newest first.
    package func jobs() throws -> [Job] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM jobs WHERE sealed ORDER BY created_at DESC, number DESC"
        ).map(Job.init)
    }

    /// The job with this id.
    package func job(_ id: JobID) throws -> Job? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM jobs WHERE sealed AND id = ?", arguments: [id.text]
        ).map(Job.init)
    }

    /// Whether a job was made of an input of this length.
    package func hasJob(inputBytes: Int) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM jobs WHERE sealed AND input_bytes = ?)",
            arguments: [inputBytes]) ?? false
    }

    /// The jobs that were made before of inputs of the same name and other content, the newest
    /// first.
    package func earlierJobs(ofSameName job: Job) throws -> [Job] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM jobs
                WHERE sealed AND input_name = ? AND input_sha256 <> ? AND number < ?
                ORDER BY number DESC
                """,
            arguments: [job.input.name, job.input.sha256, job.number]
        ).map(Job.init)
    }

    /// The jobs whose id begins with `prefix`.
    package func jobs(idPrefix prefix: String) throws -> [Job] {
        try Row.fetchAll(
            db,
            sql: "SELECT * FROM jobs WHERE sealed AND substr(id, 1, ?) = ? ORDER BY number",
            arguments: [prefix.count, prefix]
        ).map(Job.init)
    }

    /// How many rows of the job have each outcome.
    package func totals(_ job: Job) throws -> ControlTotals {
        var totals = ControlTotals()
        totals[.pending] = job.rows
        let keys = RowKey.all(of: job.number)
        for outcome in Outcome.allCases where outcome != .pending {
            let count =
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM row_states
                        WHERE outcome = ? AND outcome <> 'pending' AND key > ? AND key <= ?
                        """,
                    arguments: [outcome.rawValue, keys.before, keys.last]) ?? 0
            totals[outcome] = count
            totals[.pending] -= count
        }
        return totals
    }

    /// The runs of a job, the first one first.
    package func runs(_ job: Job) throws -> [RunRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM runs WHERE job = ? ORDER BY number", arguments: [job.number]
        ).map(RunRecord.init)
    }

    /// The events of a job in the order in which they were committed.
    package func events(_ job: Job) throws -> [RunEvent] {
        try Row.fetchAll(
            db, sql: "SELECT at, kind, detail, rate FROM events WHERE job = ? ORDER BY number",
            arguments: [job.number]
        ).map(RunEvent.init)
    }

    /// Whether a report was written since the job's last run began and since rows were last put back.
    package func isReported(_ job: Job) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM events WHERE job = ? AND kind = ?
                    AND run IS (SELECT max(number) FROM runs WHERE job = ?)
                    AND number > (SELECT coalesce(max(number), 0) FROM events
                        WHERE job = ? AND kind = ?))
                """,
            arguments: [job.number, RunEvent.report, job.number, job.number, RunEvent.retry])
            ?? false
    }

    /// Calls `body` with each row of the job in the order of the input; all outcomes, or these;
    /// `limit` rows at the most.
    ///
    /// Memory does not grow with the number of rows.
    package func forEachRow(
        of job: Job, outcomes: Set<Outcome> = Set(Outcome.allCases), limit: Int = .max,
        _ body: (RowRecord) throws -> Void
    ) throws {
        let keys = RowKey.all(of: job.number)
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(RowKey.row(of: "key")), line, record, \(LedgerSchema.contact), queue,
                    queue_name, user, user_name, coalesce(outcome, 'pending'), code, column_name,
                    message, new_contact, coalesce(attempts, 0), request_id, token, started_at,
                    finished_at, route
                FROM \(Self.rowsFirst(outcomes))
                LEFT JOIN routes ON routes.job = ? AND routes.number = route
                WHERE key > ? AND key <= ?
                    AND coalesce(outcome, 'pending') IN (\(Self.list(outcomes)))
                ORDER BY key LIMIT ?
                """,
            arguments: [job.number, keys.before, keys.last, limit])
        while let row = try cursor.next() {
            try body(RowRecord(row, of: job))
        }
    }

    /// Calls `body` with each contact of the job that is still to be transferred, and its line, in
    /// the order of the input.
    package func forEachPendingContact(
        of job: Job, _ body: (_ contact: String, _ line: Int) throws -> Void
    ) throws {
        let keys = RowKey.all(of: job.number)
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(LedgerSchema.contact), line FROM rows LEFT JOIN row_states USING (key)
                WHERE key > ? AND key <= ? AND (contact IS NOT NULL OR contact_at IS NOT NULL)
                    AND coalesce(outcome, 'pending') = 'pending'
                ORDER BY key
                """,
            arguments: [keys.before, keys.last])
        while let row = try cursor.next() { try body(row[0], row[1]) }
    }

    /// How many rows with these outcomes go where, the largest destination first.
    ///
    /// By default those of all valid rows.
    package func destinations(
        _ job: Job, outcomes: Set<Outcome> = Set(Outcome.allCases).subtracting([.rejected])
    ) throws -> [DestinationTotals] {
        let keys = RowKey.all(of: job.number)
        return try Row.fetchAll(
            db,
            sql: """
                SELECT queue, max(queue_name), user, max(user_name), sum(rows), sum(transferred)
                FROM (
                    SELECT route, count(*) AS rows,
                        count(*) FILTER (WHERE outcome = 'transferred') AS transferred
                    FROM \(Self.rowsFirst(outcomes))
                    WHERE key > ? AND key <= ?
                        AND coalesce(outcome, 'pending') IN (\(Self.list(outcomes)))
                    GROUP BY route)
                JOIN routes ON routes.job = ? AND routes.number = route
                -- One that some rows give by id and others by name is one.
                GROUP BY queue, user, iif(queue IS NULL AND user IS NULL, queue_name, NULL),
                    iif(queue IS NULL AND user IS NULL, user_name, NULL)
                ORDER BY 5 DESC, 1, 3, 2, 4
                """,
            arguments: [keys.before, keys.last, job.number]
        ).map {
            DestinationTotals(
                destination: RowDestination(
                    queue: $0[0], queueName: $0[1], user: $0[2], userName: $0[3]),
                rows: $0[4], transferred: $0[5])
        }
    }

    /// Rows and their states; by way of the states where every row that is wanted has one.
    private static func rowsFirst(_ outcomes: Set<Outcome>) -> String {
        outcomes.contains(.pending)
            ? "rows LEFT JOIN row_states USING (key)" : "row_states CROSS JOIN rows USING (key)"
    }

    private static func list(_ outcomes: Set<Outcome>) -> String {
        outcomes.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
    }

    /// Outcomes by code, the most frequent first; transferred and pending rows have no code.
    package func outcomesByCode(_ job: Job) throws -> [CodeTotals] {
        let keys = RowKey.all(of: job.number)
        return try Row.fetchAll(
            db,
            sql: """
                SELECT outcome, code, count(*), min(message) FROM row_states
                WHERE key > ? AND key <= ? AND code IS NOT NULL GROUP BY outcome, code
                ORDER BY 3 DESC, 1, 2
                """,
            arguments: [keys.before, keys.last]
        ).compactMap { row in
            Outcome(rawValue: row[0]).map {
                CodeTotals(outcome: $0, code: row[1], rows: row[2], exampleMessage: row[3])
            }
        }
    }

    /// Calls `body` with each call of the job, in no order.
    ///
    /// Memory does not grow with the number of calls.
    package func forEachCall(of job: Job, _ body: (CallSummary) throws -> Void) throws {
        let keys = RowKey.all(of: job.number)
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT operation, finished_at, microseconds, throttled, http_status, code
                FROM calls WHERE key > ? AND key <= ?
                """,
            arguments: [keys.before, keys.last])
        while let row = try cursor.next() {
            let operation: String = row[0]
            guard let known = RowOperation(rawValue: operation) else { continue }
            try body(
                CallSummary(
                    operation: known, finishedAt: Timestamp(milliseconds: row[1]),
                    duration: .microseconds(row[2] as Int64), isThrottled: row[3],
                    httpStatus: row[4], code: row[5]))
        }
    }
}

/// How many rows go to one destination.
package struct DestinationTotals: Sendable, Hashable {
    package var destination: RowDestination
    package var rows: Int
    package var transferred: Int
}

/// How many rows ended with one code.
package struct CodeTotals: Sendable, Hashable {
    package var outcome: Outcome
    package var code: String
    package var rows: Int
    package var exampleMessage: String?
}

/// A call as the charts read it.
package struct CallSummary: Sendable, Hashable {
    package var operation: RowOperation
    package var finishedAt: Timestamp
    package var duration: Duration
    package var isThrottled: Bool
    /// 200 on success; nil where no answer came.
    package var httpStatus: Int?
    /// Nil on success.
    package var code: String?
}

extension Job {
    init(_ row: Row) {
        self.init(
            number: row["number"],
            id: JobID(valid: row["id"]),
            createdAt: Timestamp(milliseconds: row["created_at"]),
            input: JobInput(
                name: row["input_name"], bytes: row["input_bytes"], sha256: row["input_sha256"],
                // Anybody may have written into the file; `verify-ledger` tells what is changed.
                delimiter: UInt8(exactly: row["delimiter"] as Int64) ?? UInt8(ascii: ","),
                header: row["header"]),
            options: JobOptions(
                region: row["region"], endpoint: row["endpoint"],
                instance: (row["instance"] as String?).map(InstanceID.init(valid:)),
                flow: (row["flow"] as String?).map { .id(ContactFlowID(valid: $0)) }
                    ?? (row["flow_name"] as String?).map(Reference.name),
                flowDecides: row["flow_decides"]),
            rows: row["rows"],
            resolvedAt: (row["resolved_at"] as Int64?).map(Timestamp.init(milliseconds:)))
    }
}

extension RunRecord {
    init(_ row: Row) {
        self.init(
            number: row["number"],
            startedAt: Timestamp(milliseconds: row["started_at"]),
            endedAt: (row["ended_at"] as Int64?).map(Timestamp.init(milliseconds:)),
            worker: RunWorker(
                host: row["host"], user: row["user"], processID: row["process_id"],
                bootID: row["boot_id"], version: row["version"]),
            settings: RunSettings(
                pace: row["pace"], concurrency: row["concurrency"],
                attemptsMax: row["attempts_max"]),
            ending: row["ending"])
    }
}

extension RunEvent {
    init(_ row: Row) {
        self.init(
            at: Timestamp(milliseconds: row[0]), kind: row[1], detail: row[2], rate: row[3])
    }
}

extension RowRecord {
    init(_ row: Row, of job: Job) {
        let outcome: String = row[8]
        let contact: String? = row[3]
        let number: Int = row[0]
        let token = (row[15] as String?).map(ClientToken.init(valid:))
        let isValid = outcome != Outcome.rejected.rawValue && row[18] != nil
        let destination = RowDestination(
            queue: row[4], queueName: row[5], user: row[6], userName: row[7])
        self.init(
            row: number, line: row[1], record: row[2], contact: contact,
            destination: isValid ? destination : nil,
            outcome: Outcome(rawValue: outcome) ?? .pending,
            code: row[9], column: row[10], message: row[11], newContact: row[12],
            attempts: row[13], requestID: row[14],
            token: isValid ? token ?? ClientToken(job: job.id, row: number) : nil,
            startedAt: (row[16] as Int64?).map(Timestamp.init(milliseconds:)),
            finishedAt: (row[17] as Int64?).map(Timestamp.init(milliseconds:)))
    }
}
