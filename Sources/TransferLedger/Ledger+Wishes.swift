import GRDB
package import TransferCore

extension Ledger {
    /// Leaves a wish for the run that works on a job; returns its number.
    package func leave(_ wish: Wish, for job: Job, at now: Timestamp) async throws -> Int64 {
        let (kind, rate, burst) = wish.kind.columns
        return try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO wishes (job, at, wisher, kind, rate, burst)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [job.number, now.milliseconds, wish.wisher, kind, rate, burst])
            return db.lastInsertedRowID
        }
    }

    /// Whether the run has not heard a wish yet.
    package func isUnheard(_ wish: Int64) async throws -> Bool {
        try await read { reader in
            try Bool.fetchOne(
                reader.db, sql: "SELECT EXISTS (SELECT 1 FROM wishes WHERE number = ?)",
                arguments: [wish]) ?? false
        }
    }

    /// Takes a wish back; false where it was heard after all.
    package func withdraw(_ wish: Int64) async throws -> Bool {
        try await write { db in
            try db.execute(sql: "DELETE FROM wishes WHERE number = ?", arguments: [wish])
            return db.changesCount == 1
        }
    }

    /// Hears what is wished of a job, in the order in which it was; each wish once, and none that
    /// is older than ``Wish/patience``. Hold the job's ``JobLock``.
    ///
    /// One small read where there is nothing to hear: it is asked every second.
    package func hearWishes(of job: Job, at now: Timestamp) async throws -> [Wish] {
        let any = try await read { reader in
            try Bool.fetchOne(
                reader.db, sql: "SELECT EXISTS (SELECT 1 FROM wishes WHERE job = ?)",
                arguments: [job.number]) ?? false
        }
        guard any else { return [] }
        return try await write { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM wishes WHERE job = ? ORDER BY number",
                arguments: [job.number])
            try db.execute(sql: "DELETE FROM wishes WHERE job = ?", arguments: [job.number])
            return rows.filter { row in
                now - Timestamp(milliseconds: row["at"]) <= Wish.patience
            }.compactMap(Wish.init)
        }
    }
}

extension Wish {
    fileprivate init?(_ row: Row) {
        let (rate, burst): (Double?, Double?) = (row["rate"], row["burst"])
        let kind: Kind
        switch (row["kind"] as String, rate, burst) {
        case ("pause", _, _): kind = .pause
        case ("go on", _, _): kind = .goOn
        case ("fixed pace", let rate?, let burst?): kind = .pace(.fixed(rate: rate, burst: burst))
        case ("auto pace", let rate?, let burst?): kind = .pace(.auto(rate: rate, burst: burst))
        default: return nil
        }
        self.init(kind, by: row["wisher"])
    }
}

extension Wish.Kind {
    fileprivate var columns: (kind: String, rate: Double?, burst: Double?) {
        switch self {
        case .pause: ("pause", nil, nil)
        case .goOn: ("go on", nil, nil)
        case .pace(.fixed(let rate, let burst)): ("fixed pace", rate, burst)
        case .pace(.auto(let rate, let burst)), .pace(.likely(let rate, let burst)):
            ("auto pace", rate, burst)
        }
    }
}
