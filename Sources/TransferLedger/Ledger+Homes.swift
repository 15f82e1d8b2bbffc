import GRDB
package import TransferCore

/// Rows of a job that have one home.
package struct HomeRows: Hashable, Sendable {
    /// Nil for the job's own account and Region.
    package var home: Home?
    /// Where it is called.
    package var endpoint: String
    package var pending: Int
}

extension LedgerReader {
    /// The homes of a job's pending rows: its own first, the others in order.
    package func homes(of job: Job) throws -> [HomeRows] {
        let others = try Row.fetchAll(
            db,
            sql: "SELECT region, account, endpoint FROM homes WHERE job = ? ORDER BY 1, 2",
            arguments: [job.number])
        let pending = try totals(job)[.pending]
        guard !others.isEmpty else {
            return [HomeRows(home: nil, endpoint: job.options.endpoint, pending: pending)]
        }
        var homes = try others.map { row in
            let home = Home(validRegion: row[0], account: row[1])
            return HomeRows(
                home: home, endpoint: row[2], pending: try self.pending(at: home, of: job))
        }
        let own = pending - homes.reduce(0) { $0 + $1.pending }
        homes.insert(HomeRows(home: nil, endpoint: job.options.endpoint, pending: own), at: 0)
        return homes.filter { $0.pending > 0 }
    }

    private func pending(at home: Home, of job: Job) throws -> Int {
        let keys = RowKey.all(of: job.number)
        return try Int.fetchOne(
            db,
            sql: """
                SELECT count(*)
                FROM rows CROSS JOIN routes ON routes.job = ? AND routes.number = route
                LEFT JOIN row_states ON row_states.key = rows.key
                WHERE rows.key > ? AND rows.key <= ? AND coalesce(outcome, 'pending') = 'pending'
                    AND region = ? AND account = ?
                """,
            arguments: [job.number, keys.before, keys.last, home.region, home.account]) ?? 0
    }
}

extension Database {
    /// Stores where the homes are called that a new job's rows name.
    func insert(_ homes: [Home: String], job: Int64) throws {
        for (home, endpoint) in homes {
            try execute(
                sql: "INSERT INTO homes VALUES (?, ?, ?, ?)",
                arguments: [job, home.region, home.account, endpoint])
        }
    }
}

extension Home {
    /// Nil where a row has none.
    init?(_ region: String?, _ account: String?) {
        guard let region, let account else { return nil }
        self.init(validRegion: region, account: account)
    }
}

extension [Home?]? {
    /// SQL: whether a route has one of these homes; empty where all are meant.
    var condition: String {
        guard let homes = self else { return "" }
        let one = "(region IS ? AND account IS ?)"
        return "AND (" + homes.map { _ in one }.joined(separator: " OR ") + ")"
    }

    var arguments: StatementArguments {
        StatementArguments((self ?? []).flatMap { [$0?.region, $0?.account] })
    }
}
