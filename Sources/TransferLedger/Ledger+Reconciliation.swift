import GRDB
package import TransferCore

extension Ledger {
    /// Goes on with the job's last reconciliation where it did not come to its end and no row was
    /// sent or put back since; else begins one. Hold the job's ``JobLock`` while it lasts.
    package func beginReconciliation(
        of job: Job, by worker: RunWorker, at now: Timestamp
    ) async throws -> Reconciliation {
        try await write { db in
            if var open = try LedgerReader(db: db).openReconciliation(of: job) {
                open.worker = worker
                try db.execute(
                    sql: """
                        UPDATE reconciliations SET host = ?, user = ?, process_id = ?, boot_id = ?,
                            version = ? WHERE number = ?
                        """, arguments: worker.arguments + [open.number])
                return open
            }
            try db.execute(
                sql: """
                    INSERT INTO reconciliations (host, user, process_id, boot_id, version, job,
                        started_at) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """, arguments: worker.arguments + [job.number, now.milliseconds])
            return Reconciliation(number: db.lastInsertedRowID, startedAt: now, worker: worker)
        }
    }

    /// Notes under which name the service is asked.
    package func note(caller: String, of reconciliation: Int64) async throws {
        try await write { db in
            try db.execute(
                sql: """
                    UPDATE reconciliations SET callers = coalesce(callers || ', ', '') || :caller
                    WHERE number = :number AND instr(coalesce(callers, ''), :caller) = 0
                    """, arguments: ["caller": caller, "number": reconciliation])
        }
    }

    /// Closes a reconciliation whose rows have all been looked into.
    package func endReconciliation(
        _ reconciliation: Int64, of job: Job, at now: Timestamp
    ) async throws {
        try await write { db in
            try db.nameMovers(in: reconciliation)
            try db.execute(
                sql: "UPDATE reconciliations SET ended_at = ? WHERE number = ?",
                arguments: [now.milliseconds, reconciliation])
            let totals = try LedgerReader(db: db).findingTotals(reconciliation)
            let detail =
                "number \(reconciliation): \(totals.matched) matched, "
                + "\(totals.exceptions) exceptions"
            try db.insert(
                [RunEvent(at: now, kind: RunEvent.reconciliation, detail: detail)], job: job,
                run: nil)
        }
    }

    /// Rows after row `cursor` that a reconciliation has not looked into, in the order of the input,
    /// `limit` at the most.
    ///
    /// - Parameter homes: those whose rows are meant; nil for all rows.
    package func claims(
        _ limit: Int, of job: Job, for reconciliation: Int64, after cursor: Int, homes: [Home?]?
    ) async throws -> [ClaimRow] {
        try await read { reader in
            let lastSeen = try reader.lastRunSeen(of: job)
            return try Row.fetchAll(
                reader.db,
                sql: """
                    SELECT \(RowKey.row(of: "rows.key")), coalesce(outcome, 'pending'), code,
                        \(LedgerSchema.contact), instance, new_contact, queue, user,
                        coalesce(\(LedgerReader.isResolved), 0), claimed_at, finished_at,
                        outcome = 'failed' AND EXISTS (\(Self.doubtfulCall))
                    FROM rows LEFT JOIN routes ON routes.job = ? AND routes.number = route
                    LEFT JOIN row_states ON row_states.key = rows.key
                    WHERE rows.key > ? AND rows.key <= ?
                        AND \(LedgerReader.isUnasked(by: reconciliation)) \(homes.condition)
                    ORDER BY rows.key LIMIT ?
                    """,
                arguments: [
                    job.number, RowKey(job: job.number, row: cursor),
                    RowKey.all(of: job.number).last,
                ] + homes.arguments + [limit]
            ).map { ClaimRow($0, of: job, lastSeen: lastSeen) }
        }
    }

    /// SQL: a transfer of the row that may have taken effect without being heard of.
    private static let doubtfulCall = """
        SELECT 1 FROM calls WHERE calls.key = rows.key
            AND operation = '\(RowOperation.transferContact.rawValue)' AND NOT throttled
            AND (http_status IS NULL OR http_status >= 500 OR http_status IN (200, 409))
        """

    /// Commits what was found, all of it or nothing, and settles the outcomes that it proves; returns
    /// what was committed.
    @discardableResult
    package func commit(
        _ found: [FoundRow], of job: Job, for reconciliation: Int64
    ) async throws -> [FoundRow] {
        try await write(.findings) { db in
            let found = try db.withoutTransfersOfOtherRows(found)
            let insert = try HotStatement(
                "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", in: db)
            for row in found {
                let settled = row.settled(by: reconciliation)
                if let settled {
                    var chain = try ChainWriter(job.number, in: db)
                    try db.settle(settled, of: job, for: reconciliation, &chain)
                    try chain.finish()
                }
                let (found, key) = (row.found, RowKey(job: job.number, row: row.row))
                try insert.execute([
                    .integer(reconciliation), .integer(key.value),
                    .text((settled?.outcome ?? row.outcome).rawValue),
                    .text(found.finding.rawValue), .text(found.message),
                    .init(found.child?.id.text), .init(found.contact?.text),
                    .init(found.queue?.text), .init(found.user?.text),
                    .init(found.endedAt), .init(found.disconnectReason), .init(row.checkedAt),
                ])
            }
            return found
        }
    }
}

extension LedgerReader {
    /// The job's last reconciliation; nil before the first.
    package func lastReconciliation(of job: Job) throws -> Reconciliation? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM reconciliations WHERE job = ? ORDER BY number DESC LIMIT 1",
            arguments: [job.number]
        ).map(Reconciliation.init)
    }

    /// The last one, if it can be gone on with: what it found before is still of the rows as they
    /// are.
    fileprivate func openReconciliation(of job: Job) throws -> Reconciliation? {
        guard let last = try lastReconciliation(of: job), last.endedAt == nil else { return nil }
        let hasChanged = try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM runs WHERE job = :job AND started_at >= :start)
                    OR EXISTS (SELECT 1 FROM events
                        WHERE job = :job AND kind = :retry AND at >= :start)
                """,
            arguments: [
                "job": job.number, "start": last.startedAt.milliseconds, "retry": RunEvent.retry,
            ])
        return hasChanged == true ? nil : last
    }

    /// How many rows a reconciliation has found how.
    package func findingTotals(_ reconciliation: Int64) throws -> FindingTotals {
        var totals = FindingTotals()
        let counts = try Row.fetchCursor(
            db,
            sql: """
                SELECT outcome, finding, count(*) FROM findings WHERE reconciliation = ?
                GROUP BY outcome, finding
                """, arguments: [reconciliation])
        while let row = try counts.next() {
            guard let outcome = Outcome(rawValue: row[0]), let finding = Finding(rawValue: row[1])
            else { continue }
            totals[outcome, finding] = row[2]
        }
        return totals
    }

    /// Calls `body` with each row of the job in the order of the input, and with what a
    /// reconciliation found of it, nil where it has not looked into the row.
    ///
    /// Memory does not grow with the number of rows.
    package func forEachRow(
        of job: Job, in reconciliation: Int64, _ body: (RowRecord, FoundRow?) throws -> Void
    ) throws {
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(RowKey.row(of: "key")), outcome, finding, message, contact, queue, user,
                    ended_at, disconnect_reason, checked_at
                FROM findings WHERE reconciliation = ? ORDER BY key
                """, arguments: [reconciliation])
        var next = try cursor.next().flatMap(FoundRow.init)
        try forEachRow(of: job) { row in
            guard let found = next, found.row == row.row else { return try body(row, nil) }
            try body(row, found)
            next = try cursor.next().flatMap(FoundRow.init)
        }
    }

    /// SQL: whether a reconciliation has not looked into a row.
    static func isUnasked(by reconciliation: Int64) -> String {
        """
        NOT EXISTS (SELECT 1 FROM findings
            WHERE reconciliation = \(reconciliation) AND findings.key = rows.key)
        """
    }

    /// When a run of the job was last known to be at work; nil where there was none.
    fileprivate func lastRunSeen(of job: Job) throws -> Timestamp? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT max(max(started_at, coalesce(ended_at, at, 0)))
                FROM runs LEFT JOIN run_states ON run = number WHERE job = ?
                """, arguments: [job.number]
        ).map(Timestamp.init(milliseconds:))
    }
}

extension Database {
    /// Says of contacts that a row did not move which other row of this ledger did, as that of a
    /// retry's job.
    ///
    /// In one pass through the outcomes, whose new contacts have no index: a run would pay for it
    /// with every row.
    fileprivate func nameMovers(in reconciliation: Int64) throws {
        let movers = try Row.fetchAll(
            self,
            sql: """
                SELECT moved.key, jobs.id, \(RowKey.row(of: "row_states.key"))
                FROM row_states CROSS JOIN (
                    SELECT key, child FROM findings WHERE reconciliation = ? AND finding = ?
                ) AS moved ON moved.child = row_states.new_contact
                JOIN jobs ON jobs.number = \(RowKey.job(of: "row_states.key"))
                """,
            arguments: [reconciliation, Finding.movedByOthers.rawValue])
        for mover in movers {
            let (job, row): (String, Int) = (mover[1], mover[2])
            try execute(
                sql: """
                    UPDATE findings SET message = message || ?
                    WHERE reconciliation = ? AND key = ?
                    """,
                arguments: [
                    " Row \(row) of job \(job) in this ledger moved it.", reconciliation,
                    mover[0] as Int64,
                ])
        }
    }

    /// Takes a transfer that the ledger credits to another row for that row's, whatever its time and
    /// place: one that moves the same contact, such as that of a job of `retry.csv`.
    fileprivate func withoutTransfersOfOtherRows(_ found: [FoundRow]) throws -> [FoundRow] {
        let transfers = found.compactMap(\.provenTransfer?.id.text)
        guard !transfers.isEmpty else { return found }
        let marks = databaseQuestionMarks(count: transfers.count)
        let credited = try Set(
            String.fetchAll(
                self, sql: "SELECT new_contact FROM row_states WHERE new_contact IN (\(marks))",
                arguments: StatementArguments(transfers)))
        return found.map { row in
            guard let transfer = row.provenTransfer, credited.contains(transfer.id.text) else {
                return row
            }
            var row = row
            row.found.finding = .movedByOthers
            row.found.message = "Contact \(transfer.id) came from this one while it was sent."
            return row
        }
    }

    /// Settles what became of a row whose outcome was not known, with the evidence; the outcome
    /// before stays in the chain.
    ///
    /// - Throws: ``LedgerError`` where the row has another outcome by now.
    fileprivate func settle(
        _ outcome: RowOutcome, of job: Job, for reconciliation: Int64, _ chain: inout ChainWriter
    ) throws {
        try chain.append(.takenBack, row: outcome.row)
        let count = try HotStatement(
            """
            UPDATE row_states SET outcome = ?, code = NULL, message = ?, new_contact = ?,
                request_id = NULL, finished_at = ?
            WHERE key = ? AND outcome = 'uncertain'
            """, in: self
        ).execute([
            .text(outcome.outcome.rawValue), .init(outcome.message),
            .init(outcome.newContact?.text), .init(outcome.at),
            .integer(RowKey(job: job.number, row: outcome.row).value),
        ])
        guard count == 1 else {
            throw LedgerError(
                .failed,
                "Row \(outcome.row) of job \(job.id) was changed by someone else during the "
                    + "reconciliation. Stop other programs that use this ledger, then try again.")
        }
        try chain.append(.outcome, row: outcome.row)
        let detail =
            "row \(outcome.row): uncertain to \(outcome.outcome.rawValue), contact "
            + "\(outcome.newContact?.text ?? ""), by reconciliation \(reconciliation)"
        try insert(
            [RunEvent(at: outcome.at, kind: RunEvent.settled, detail: detail)], job: job, run: nil)
    }
}

extension FoundRow {
    /// The row's outcome once this is committed.
    package var committedOutcome: Outcome { provenTransfer == nil ? outcome : .transferred }

    /// What settles the row's outcome; nil where the ledger's stands.
    fileprivate var provenTransfer: AssociatedContact? {
        outcome == .uncertain && found.finding == .transferredAfterAll ? found.child : nil
    }

    fileprivate func settled(by reconciliation: Int64) -> RowOutcome? {
        guard let transfer = provenTransfer else { return nil }
        return RowOutcome(
            row: row, outcome: .transferred,
            message: "\(found.message) Found by reconciliation \(reconciliation).",
            newContact: transfer.id, at: checkedAt)
    }

    fileprivate init?(_ row: Row) {
        guard let outcome = Outcome(rawValue: row[1]), let finding = Finding(rawValue: row[2])
        else { return nil }
        var found = Inquiry.Found(finding, row[3])
        found.contact = (row[4] as String?).map(ContactID.init(valid:))
        found.queue = (row[5] as String?).map(QueueID.init(valid:))
        found.user = (row[6] as String?).map(UserID.init(valid:))
        found.endedAt = (row[7] as Int64?).map(Timestamp.init(milliseconds:))
        found.disconnectReason = row[8]
        self.init(
            row: row[0], outcome: outcome, found: found,
            checkedAt: Timestamp(milliseconds: row[9]))
    }
}

extension ClaimRow {
    /// - Parameter lastSeen: when a run was last known to be at work.
    fileprivate init(_ row: Row, of job: Job, lastSeen: Timestamp?) {
        let outcome = Outcome(rawValue: row[1]) ?? .pending
        let (claimedAt, finishedAt): (Int64?, Int64?) = (row[9], row[10])
        let isResolved: Bool = row[8]
        let mayHaveTakenEffect: Bool =
            switch outcome {
            case .uncertain, .pending: true
            case .failed: row[11]
            case .transferred, .skipped, .rejected: false
            }
        var inDoubt: Claim.SendingTime?
        if mayHaveTakenEffect, let claimedAt {
            let first = Timestamp(milliseconds: claimedAt)
            let last = finishedAt.map(Timestamp.init(milliseconds:)) ?? lastSeen
            inDoubt = Claim.SendingTime(first: first, last: max(last ?? first, first))
        }
        self.init(
            row: row[0],
            claim: Claim(
                outcome: outcome, code: row[2],
                contact: (row[3] as String?).flatMap { try? ContactID($0) },
                instance: (row[4] as String?).map(InstanceID.init(valid:)) ?? job.options.instance,
                newContact: (row[5] as String?).map(ContactID.init(valid:)),
                destination: isResolved ? Destination(queue: row[6], user: row[7]) : nil,
                inDoubt: inDoubt))
    }
}

extension Reconciliation {
    fileprivate init(_ row: Row) {
        self.init(
            number: row["number"], startedAt: Timestamp(milliseconds: row["started_at"]),
            endedAt: (row["ended_at"] as Int64?).map(Timestamp.init(milliseconds:)),
            callers: row["callers"],
            worker: RunWorker(
                host: row["host"], user: row["user"], processID: row["process_id"],
                bootID: row["boot_id"], version: row["version"]))
    }
}

extension RunWorker {
    fileprivate var arguments: StatementArguments {
        [host, user, processID, bootID, version]
    }
}
