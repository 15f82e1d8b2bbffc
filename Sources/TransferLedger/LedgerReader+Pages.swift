import GRDB
package import TransferCore

/// A part of what there is, for those who show many jobs at once.
extension LedgerReader {
    /// How many jobs there are.
    package func jobCount() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM jobs WHERE sealed") ?? 0
    }

    /// So many jobs after the newest `offset`, in the order of ``jobs()``.
    package func jobs(limit: Int, offset: Int) throws -> [Job] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM jobs WHERE sealed
                ORDER BY created_at DESC, number DESC LIMIT ? OFFSET ?
                """,
            arguments: [limit, offset]
        ).map(Job.init)
    }

    /// The newest jobs that were made since `moment`, or that have a run without an end: one that
    /// is at work, or was killed.
    package func jobs(since moment: Timestamp, orOpenLimit limit: Int) throws -> [Job] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM jobs WHERE sealed AND (created_at >= ? OR number IN
                    (SELECT job FROM runs WHERE ended_at IS NULL))
                ORDER BY created_at DESC, number DESC LIMIT ?
                """,
            arguments: [moment.milliseconds, limit]
        ).map(Job.init)
    }

    /// The last events of a job, the last one first.
    package func lastEvents(_ job: Job, limit: Int) throws -> [RunEvent] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT at, kind, detail, rate FROM events WHERE job = ?
                ORDER BY number DESC LIMIT ?
                """,
            arguments: [job.number, limit]
        ).map(RunEvent.init)
    }
}
