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
                    INSERT INTO runs (job, started_at, host, user, process_id, boot_id, version,
                        pace, concurrency, attempts_max)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    job.number, now.milliseconds, worker.host, worker.user, worker.processID,
                    worker.bootID, worker.version, settings.pace, settings.concurrency,
                    settings.attemptsMax,
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
                    VALUES (?, (SELECT max(number) FROM runs WHERE job = ?), ?, ?, ?)
                    """,
                arguments: [
                    job.number, job.number, now.milliseconds, RunEvent.report,
                    "written to \(folder)",
                ])
        }
    }

    /// Claims up to `limit` pending rows after row `cursor`, in the order of the input.
    ///
    /// - Parameters:
    ///   - run: the run that claims them; nil where they are only looked at.
    ///   - homes: those whose rows are meant; nil for all rows.
    /// - Throws: ``LedgerError`` `.overtaken` where another run has begun since.
    ///
    /// The claim is on the disk when this returns: only then may a byte be sent. A row's first
    /// claim is kept, since it tells how old its token may be.
    package func claim(
        _ limit: Int, of job: Job, after cursor: Int, at now: Timestamp, run: Int64? = nil,
        homes: [Home?]? = nil
    ) async throws -> [ClaimedRow] {
        try await write(.claim) { [lockPath] db in
            if let run { try db.checkNewest(run, of: job, lockPath) }
            // CROSS JOIN: in this order, so that the limit ends it early.
            let select = try db.cachedStatement(
                sql: """
                    SELECT \(RowKey.row(of: "rows.key")), line, instance,
                        \(LedgerSchema.contact), flow, queue, user,
                        expected_queue, expected_user, token, coalesce(attempts, 0), claimed_at,
                        region, account
                    FROM rows CROSS JOIN routes ON routes.job = ? AND routes.number = route
                    LEFT JOIN row_states ON row_states.key = rows.key
                    WHERE rows.key > ? AND rows.key <= ?
                        AND coalesce(outcome, 'pending') = 'pending'
                        AND \(LedgerReader.isResolved) \(homes.condition)
                    ORDER BY rows.key LIMIT ?
                    """)
            let rows = try Row.fetchCursor(
                select,
                arguments: [
                    job.number, RowKey(job: job.number, row: cursor),
                    RowKey.all(of: job.number).last,
                ] + homes.arguments + [limit])
            // All before the first is marked: a query is not to see what is changed under it.
            let claimed = try Array(rows.map { ClaimedRow($0, of: job) })
            let mark = try HotStatement(
                """
                INSERT INTO row_states (key, claimed_at) VALUES (?, ?) ON CONFLICT (key)
                DO UPDATE SET claimed_at = coalesce(claimed_at, excluded.claimed_at)
                """, in: db)
            for row in claimed {
                let key = RowKey(job: job.number, row: row.row)
                try mark.execute([.integer(key.value), .init(now)])
            }
            return claimed
        }
    }

    /// Commits what happened since the last commit, all of it or nothing.
    ///
    /// - Throws: ``LedgerError`` `.overtaken` where another run has begun since.
    package func commit(_ batch: RunBatch, of job: Job, run: Int64) async throws {
        try await write(.outcomes) { [lockPath] db in
            try db.checkNewest(run, of: job, lockPath)
            var chain = try ChainWriter(job.number, in: db)
            try RunWriter(job, run: run, in: db).write(batch, &chain)
            try chain.finish()
            try db.insert(batch.events, job: job, run: run)
            if let state = batch.state { try db.store(state, of: run) }
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

    /// Puts the rows that may have another outcome now back to pending; returns how many there were.
    ///
    /// Those are failed rows, uncertain ones, and ones that were rejected for what they name and not
    /// for what they say: what they name is looked up again. A failed row is known not to have been
    /// transferred, so its claim goes; that of an uncertain row stays, and with it the age of its
    /// token: it is looked up before it is sent again.
    package func putBack(_ job: Job, at now: Timestamp) async throws -> Int {
        try await write { db in
            var chain = try ChainWriter(job.number, in: db)
            let keys = RowKey.all(of: job.number)
            let those = """
                WHERE outcome IN ('failed', 'uncertain') AND outcome <> 'pending'
                    AND key > ? AND key <= ?
                """
            let range: StatementArguments = [keys.before, keys.last]
            // Before routes lose the ids of their names, which belong to what is taken back.
            try db.chainTakenBack("FROM row_states \(those)", range, &chain)
            let named = try db.putBackUnresolved(job, &chain)
            try chain.finish()
            try db.execute(
                sql: """
                    UPDATE row_states SET outcome = 'pending', code = NULL, column_name = NULL,
                        message = NULL, request_id = NULL, finished_at = NULL, attempts = 0,
                        claimed_at = iif(outcome = 'failed', NULL, claimed_at)
                    \(those)
                    """,
                arguments: range)
            let count = named + db.changesCount
            try db.insert(
                [
                    RunEvent(
                        at: now, kind: RunEvent.retry,
                        detail: "\(count) rows were put back to pending")
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
            inDoubtSince: (row[11] as Int64?).map(Timestamp.init(milliseconds:)),
            home: Home(row[12], row[13]))
    }
}

extension Database {
    /// Lets the newest run of a job write, and no other.
    ///
    /// The lock keeps a second one out. Where its file was deleted there is nothing to keep anybody
    /// out by, so the one that began first ends with its next write: what it had under way is in
    /// doubt, as after a crash.
    fileprivate func checkNewest(_ run: Int64, of job: Job, _ lockPath: String) throws {
        let newest = try cachedStatement(sql: "SELECT max(number) FROM runs WHERE job = ?")
        guard try Int64.fetchOne(newest, arguments: [job.number]) ?? run > run else { return }
        throw LedgerError(
            .overtaken,
            "Another process has begun to work on job \(job.id), which the lock file \(lockPath) "
                + "should have kept out: it was deleted or replaced. So this run ends, and the other "
                + "goes on with what it had under way. Leave that file alone.")
    }

    /// Puts back the rows that were rejected by a resolution, and has the next run make another:
    /// the names of these rows may stand for other things by now.
    ///
    /// What a row was sent to stays: by its route the ledger says what was asked for it.
    fileprivate func putBackUnresolved(_ job: Job, _ chain: inout ChainWriter) throws -> Int {
        let codes = RowCode.allCases.filter(\.isOfDirectory).map { "'\($0.rawValue)'" }
        let keys = RowKey.all(of: job.number)
        let those = """
            FROM row_states CROSS JOIN rows USING (key)
            WHERE outcome = 'rejected' AND outcome <> 'pending' AND code IN (\(codes.joined(separator: ", ")))
                AND key > :before AND key <= :last
            """
        let range: StatementArguments = ["before": keys.before, "last": keys.last]
        try chainTakenBack(those, range, &chain)
        try execute(
            sql: """
                UPDATE routes SET
                    flow = iif(flow_name IS NULL, flow, NULL),
                    queue = iif(queue_name IS NULL, queue, NULL),
                    user = iif(user_name IS NULL, user, NULL),
                    expected_queue = iif(expected_queue_name IS NULL, expected_queue, NULL),
                    expected_user = iif(expected_user_name IS NULL, expected_user, NULL)
                WHERE job = :job AND number IN (SELECT DISTINCT route \(those))
                    AND number NOT IN (
                        SELECT route FROM row_states CROSS JOIN rows USING (key)
                        WHERE calls > 0 AND outcome IN ('transferred', 'skipped')
                            AND key > :before AND key <= :last)
                """,
            arguments: range + ["job": job.number])
        try execute(
            sql: """
                UPDATE row_states SET outcome = 'pending', code = NULL, column_name = NULL,
                    message = NULL, finished_at = NULL
                WHERE key IN (SELECT key \(those))
                """,
            arguments: range)
        let count = changesCount
        if count > 0 {
            try execute(
                sql: "UPDATE jobs SET resolved_at = NULL WHERE number = ?",
                arguments: [job.number])
        }
        return count
    }

    /// Chains, of rows that are about to be put back, what they were until now.
    fileprivate func chainTakenBack(
        _ those: String, _ range: StatementArguments, _ chain: inout ChainWriter
    ) throws {
        let rows = try Int.fetchCursor(
            self, sql: "SELECT \(RowKey.row(of: "key")) \(those)", arguments: range)
        while let row = try rows.next() { try chain.append(.takenBack, row: row) }
    }

    func insert(_ events: [RunEvent], job: Job, run: Int64?) throws {
        guard !events.isEmpty else { return }
        let insert = try cachedStatement(
            sql: "INSERT INTO events (job, run, at, kind, detail, rate) VALUES (?, ?, ?, ?, ?, ?)")
        for event in events {
            try insert.execute(arguments: [
                job.number, run, event.at.milliseconds, event.kind, event.detail,
                event.rate,
            ])
        }
    }
}
