import GRDB
package import TransferCore

extension LedgerReader {
    /// Routes of the job after a number, in order; `limit` at the most.
    package func routes(of job: Job, after number: Int, limit: Int) throws -> [NewRoute] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM routes WHERE job = ? AND number > ? ORDER BY number LIMIT ?",
            arguments: [job.number, number, limit]
        ).compactMap { row in
            Route(row).map { NewRoute(number: row["number"], route: $0) }
        }
    }

    /// SQL: whether a route has an id for everything that it names.
    static let isResolved = """
        flow IS NOT NULL
        AND (queue_name IS NULL OR queue IS NOT NULL)
        AND (user_name IS NULL OR user IS NOT NULL)
        AND (expected_queue_name IS NULL OR expected_queue IS NOT NULL)
        AND (expected_user_name IS NULL OR expected_user IS NOT NULL)
        """

    /// What the job's routes name.
    package func routeNeeds(of job: Job) throws -> RouteNeeds {
        var needs = RouteNeeds()
        let counts = try Row.fetchAll(
            db,
            sql: """
                SELECT instance, count(DISTINCT queue), count(DISTINCT user), count(DISTINCT flow)
                FROM routes WHERE job = ? GROUP BY instance
                """,
            arguments: [job.number])
        for row in counts {
            let instance = InstanceID(valid: row[0])
            needs.set(.queue, in: instance, ids: row[1])
            needs.set(.user, in: instance, ids: row[2])
            needs.set(.flow, in: instance, ids: row[3])
        }
        needs.hasNames =
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM routes WHERE job = ? AND NOT (\(Self.isResolved)))
                    """,
                arguments: [job.number]) ?? false
        return needs
    }
}

extension Ledger {
    /// Begins to look up what the job's rows name. Hold the job's ``JobLock`` until
    /// ``endResolution(of:at:)``.
    package func beginResolution() async throws {
        try await write { db in
            // On the connection that writes, there is one: no other resolution is under way in it.
            try db.execute(
                sql: """
                    CREATE TEMP TABLE IF NOT EXISTS bad_routes (
                        number INTEGER PRIMARY KEY, code TEXT, column_name TEXT, message TEXT)
                    """)
            try db.execute(sql: "DELETE FROM bad_routes")
        }
    }

    /// Stores the ids that were found for the names of some of the job's routes.
    package func resolve(_ routes: [ResolvedRoute], of job: Job) async throws {
        try await write(.routesResolved) { db in
            for resolved in routes { try db.store(resolved, of: job) }
        }
    }

    /// Rejects the rows of routes with which something is wrong, and notes that all were looked up.
    package func endResolution(of job: Job, at now: Timestamp) async throws {
        try await write(.resolutionEnded) { db in
            let keys = RowKey.all(of: job.number)
            if try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM bad_routes)") == true {
                let rejected = try Int.fetchCursor(
                    db,
                    sql: """
                        INSERT INTO row_states
                            (key, outcome, code, column_name, message, finished_at)
                        SELECT rows.key, 'rejected', bad_routes.code, bad_routes.column_name,
                            bad_routes.message, ?
                        FROM rows CROSS JOIN bad_routes ON bad_routes.number = route
                        LEFT JOIN row_states ON row_states.key = rows.key
                        WHERE rows.key > ? AND rows.key <= ?
                            AND coalesce(outcome, 'pending') = 'pending'
                            -- A row that was claimed may have been sent: its run has the word.
                            AND claimed_at IS NULL
                        ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome,
                            code = excluded.code, column_name = excluded.column_name,
                            message = excluded.message, finished_at = excluded.finished_at
                        RETURNING \(RowKey.row(of: "key"))
                        """,
                    arguments: [now.milliseconds, keys.before, keys.last])
                // By the first step all are changed: SQLite then hands them on.
                var chain = try ChainWriter(job.number, in: db)
                while let row = try rejected.next() { try chain.append(.outcome, row: row) }
                try chain.finish()
            }
            try db.execute(
                sql: "UPDATE jobs SET resolved_at = ? WHERE number = ?",
                arguments: [now.milliseconds, job.number])
        }
    }

    /// Gives rows their outcome without a call for them. Hold the job's ``JobLock``.
    package func end(_ rows: [EndedRow], of job: Job, at now: Timestamp) async throws {
        try await write { db in
            try db.insert(rows, job: job.number, at: now)
            var chain = try ChainWriter(job.number, in: db)
            for row in rows { try chain.append(.outcome, row: row.row) }
            try chain.finish()
        }
    }
}

extension Database {
    fileprivate func store(_ resolved: ResolvedRoute, of job: Job) throws {
        let (goal, condition) = (resolved.route.destination, resolved.route.mustBeAt)
        try cachedStatement(
            sql: """
                UPDATE routes SET flow = ?, queue = ?, user = ?, expected_queue = ?,
                    expected_user = ? WHERE job = ? AND number = ?
                """
        ).execute(arguments: [
            resolved.route.flow.id?.text, goal?.queue?.id?.text, goal?.user?.id?.text,
            condition?.queue?.id?.text, condition?.user?.id?.text, job.number, resolved.number,
        ])
        guard let first = resolved.problems.first else { return }
        try cachedStatement(sql: "INSERT INTO bad_routes VALUES (?, ?, ?, ?)").execute(arguments: [
            resolved.number, first.code.rawValue, first.column?.rawValue,
            RowProblems(resolved.problems).message,
        ])
    }
}

extension Route {
    /// Ids go before names: those that were found.
    init?(_ row: Row) {
        func reference<ID: ServiceIdentifier>(_ id: String, _ name: String) -> Reference<ID>? {
            (row[id] as String?).map { .id(ID(valid: $0)) }
                ?? (row[name] as String?).map { .name($0) }
        }
        func place(_ queue: String, _ user: String) -> Place? {
            reference(queue, queue + "_name").map { .queue($0) }
                ?? reference(user, user + "_name").map { .user($0) }
        }
        guard let flow: Reference<ContactFlowID> = reference("flow", "flow_name") else {
            return nil
        }
        self.init(
            instance: InstanceID(valid: row["instance"]),
            home: Home(row["region"], row["account"]), flow: flow,
            destination: place("queue", "user"), mustBeAt: place("expected_queue", "expected_user"))
    }
}
