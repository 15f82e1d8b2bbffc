import GRDB
package import TransferCore

extension Ledger {
    /// Opens a run of a job. Hold the job's ``JobLock`` while it lasts.
    package func beginRun(
        of job: Job, by worker: RunWorker, settings: RunSettings, at now: Timestamp
    ) async throws -> Int64 {
        try await write(.runBegun) { db in
            try db.execute(
                sql: """
                    INSERT INTO runs (job, started_at, host, user, process_id, version, pace,
                        concurrency, attempts_max)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    job.number, now.milliseconds, worker.host, worker.user, worker.processID,
                    worker.version, settings.pace, settings.concurrency, settings.attemptsMax,
                ])
            return db.lastInsertedRowID
        }
    }

    /// Closes a run with the reason why it ended.
    package func endRun(_ run: Int64, ending: String, at now: Timestamp) async throws {
        try await write(.runEnded) { db in
            try db.execute(
                sql: "UPDATE runs SET ended_at = ?, ending = ? WHERE number = ?",
                arguments: [now.milliseconds, ending, run])
        }
    }

    /// Notes that the job's report tells of its last run.
    package func noteReport(of job: Job, in folder: String, at now: Timestamp) async throws {
        try await write(.reportNoted) { db in
            try db.execute(
                sql: """
                    INSERT INTO events (job, run, at, kind, detail)
                    VALUES (?, (SELECT max(number) FROM runs WHERE job = ?), ?, 'report', ?)
                    """,
                arguments: [job.number, job.number, now.milliseconds, "written to \(folder)"])
        }
    }

    /// Claims up to `limit` pending rows after row `cursor`, in the order of the input.
    ///
    /// The claim is on the disk when this returns: only then may a byte be sent. A row's first
    /// claim is kept, since it tells how old its token may be.
    package func claim(
        _ limit: Int, of job: Job, after cursor: Int, at now: Timestamp
    ) async throws -> [ClaimedRow] {
        try await write(.claim) { db in
            // CROSS JOIN: in this order, so that the limit ends it early.
            let select = try db.cachedStatement(
                sql: """
                    SELECT \(RowKey.row(of: "rows.key")), line, instance,
                        \(LedgerSchema.contact), flow, queue, user,
                        expected_queue, expected_user, token, coalesce(attempts, 0), claimed_at
                    FROM rows CROSS JOIN routes ON routes.job = ? AND routes.number = route
                    LEFT JOIN row_states ON row_states.key = rows.key
                    WHERE rows.key > ? AND rows.key <= ?
                        AND coalesce(outcome, 'pending') = 'pending'
                        AND \(LedgerReader.isResolved)
                    ORDER BY rows.key LIMIT ?
                    """)
            let rows = try Row.fetchAll(
                select,
                arguments: [
                    job.number, RowKey(job: job.number, row: cursor),
                    RowKey.all(of: job.number).last, limit,
                ])
            let mark = try db.cachedStatement(
                sql: """
                    INSERT INTO row_states (key, claimed_at) VALUES (?, ?) ON CONFLICT (key)
                    DO UPDATE SET claimed_at = coalesce(claimed_at, excluded.claimed_at)
                    """)
            return try rows.map { row in
                let claimed = ClaimedRow(row, of: job)
                try mark.execute(arguments: [
                    RowKey(job: job.number, row: claimed.row), now.milliseconds,
                ])
                return claimed
            }
        }
    }

    /// Commits what happened since the last commit, all of it or nothing.
    package func commit(_ batch: RunBatch, of job: Job, run: Int64) async throws {
        try await write(.outcomes) { db in
            try db.insert(batch.calls, job: job, run: run)
            try db.update(with: batch.outcomes, job: job)
            try db.insert(batch.events, job: job, run: run)
            let release = try db.cachedStatement(
                sql: """
                    UPDATE row_states SET claimed_at = NULL
                    WHERE key = ? AND outcome = 'pending'
                    """)
            for row in batch.released {
                try release.execute(arguments: [RowKey(job: job.number, row: row)])
            }
        }
    }

    /// Puts the rows with one of these outcomes back to pending; returns how many there were.
    ///
    /// A failed row is known not to have been transferred, so its claim goes; that of an uncertain
    /// row stays, and with it the age of its token: it is looked up before it is sent again.
    package func putBack(
        _ outcomes: Set<Outcome>, of job: Job, at now: Timestamp
    ) async throws -> Int {
        try await write { db in
            let keys = RowKey.all(of: job.number)
            var count = 0
            for outcome in outcomes {
                try db.execute(
                    sql: """
                        UPDATE row_states SET outcome = 'pending', code = NULL, message = NULL,
                            request_id = NULL, finished_at = NULL, attempts = 0,
                            claimed_at = iif(outcome = 'failed', NULL, claimed_at)
                        WHERE outcome = ? AND key > ? AND key <= ?
                        """,
                    arguments: [outcome.rawValue, keys.before, keys.last])
                count += db.changesCount
            }
            try db.insert(
                [
                    RunEvent(
                        at: now, kind: "retry", detail: "\(count) rows were put back to pending")
                ],
                job: job, run: nil)
            return count
        }
    }
}

extension ClaimedRow {
    fileprivate init(_ row: Row, of job: Job) {
        let number: Int = row[0]
        let token: String? = row[9]
        self.init(
            row: number,
            line: row[1],
            request: TransferRequest(
                instance: InstanceID(valid: row[2]),
                contact: ContactID(valid: row[3]),
                flow: ContactFlowID(valid: row[4]),
                destination: Destination(queue: row[5], user: row[6]),
                token: token.map(ClientToken.init(valid:)) ?? ClientToken(job: job.id, row: number)),
            mustBeAt: Guard(queue: row[7], user: row[8]),
            attempts: row[10],
            inDoubtSince: (row[11] as Int64?).map(Timestamp.init(milliseconds:)))
    }
}

extension Database {
    fileprivate func insert(_ calls: [CallRecord], job: Job, run: Int64) throws {
        let count = try cachedStatement(
            sql: """
                INSERT INTO row_states (key, calls, attempts, started_at) VALUES (?, 1, ?, ?)
                ON CONFLICT (key) DO UPDATE SET calls = calls + 1,
                    attempts = attempts + excluded.attempts,
                    started_at = coalesce(started_at, excluded.started_at)
                """)
        let insert = try cachedStatement(
            sql: """
                INSERT INTO calls (key, call, run, operation, started_at, finished_at,
                    microseconds, throttled, http_status, code, message, request_id)
                SELECT key, calls, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM row_states WHERE key = ?
                """)
        for call in calls {
            let key = RowKey(job: job.number, row: call.row)
            try count.execute(arguments: [
                key, call.isAttempt ? 1 : 0, call.startedAt.milliseconds,
            ])
            try insert.execute(arguments: [
                run, call.operation.rawValue, call.startedAt.milliseconds,
                call.finishedAt.milliseconds, call.duration.wholeNanoseconds / 1000,
                call.isThrottled, call.failure == nil ? 200 : call.failure?.httpStatus,
                call.failure?.code, call.failure?.message, call.requestID, key,
            ])
        }
    }

    /// Only a pending row can get an outcome: one that has one keeps it.
    fileprivate func update(with outcomes: [RowOutcome], job: Job) throws {
        let update = try cachedStatement(
            sql: """
                INSERT INTO row_states
                    (key, outcome, code, message, new_contact, request_id, finished_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome, code = excluded.code,
                    message = excluded.message, new_contact = excluded.new_contact,
                    request_id = excluded.request_id, finished_at = excluded.finished_at
                WHERE outcome = 'pending'
                """)
        for outcome in outcomes {
            try update.execute(arguments: [
                RowKey(job: job.number, row: outcome.row), outcome.outcome.rawValue, outcome.code,
                outcome.message, outcome.newContact?.text, outcome.requestID,
                outcome.at.milliseconds,
            ])
            guard changesCount == 1 else {
                throw LedgerError(
                    .failed,
                    "Row \(outcome.row) of job \(job.id) was changed by someone else during the "
                        + "run. Stop other programs that use this ledger, then `baton resume`.")
            }
        }
    }

    fileprivate func insert(_ events: [RunEvent], job: Job, run: Int64?) throws {
        guard !events.isEmpty else { return }
        let insert = try cachedStatement(
            sql: "INSERT INTO events (job, run, at, kind, detail) VALUES (?, ?, ?, ?, ?)")
        for event in events {
            try insert.execute(arguments: [
                job.number, run, event.at.milliseconds, event.kind, event.detail,
            ])
        }
    }
}
