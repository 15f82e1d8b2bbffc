import GRDB
package import TransferCore

/// Rows of a job that have one home.
package struct HomeRows: Hashable, Sendable {
    /// Nil for the job's own account and Region.
    package var home: Home?
    /// Where it is called.
    package var endpoint: String
    /// Rows that are to be worked on: pending ones, or those that were not looked into yet.
    package var pending: Int
}

extension LedgerReader {
    /// The homes of a job's pending rows: its own first, the others in order.
    package func homes(of job: Job) throws -> [HomeRows] {
        let others = try otherHomes(of: job)
        // The totals have an index; to count by home goes through all rows.
        let pending =
            others.isEmpty
            ? [nil: try totals(job)[.pending]]
            : try countByHome(of: job, where: "coalesce(outcome, 'pending') = 'pending'")
        return homes(of: job, others, rows: pending)
    }

    /// The homes of a job's rows that a reconciliation has not looked into yet, and how many there
    /// are, in the same order.
    package func homes(of job: Job, unaskedBy reconciliation: Int64) throws -> [HomeRows] {
        let others = try otherHomes(of: job)
        let unasked =
            others.isEmpty
            ? [nil: job.rows - (try findingTotals(reconciliation).rows)]
            : try countByHome(of: job, where: Self.isUnasked(by: reconciliation))
        return homes(of: job, others, rows: unasked)
    }

    private typealias Place = (home: Home?, endpoint: String)

    private func otherHomes(of job: Job) throws -> [Place] {
        try Row.fetchAll(
            db,
            sql: "SELECT region, account, endpoint FROM homes WHERE job = ? ORDER BY 1, 2",
            arguments: [job.number]
        ).map { row in (Home(validRegion: row[0], account: row[1]), row[2]) }
    }

    private func homes(of job: Job, _ others: [Place], rows: [Home?: Int]) -> [HomeRows] {
        ([(nil, job.options.endpoint)] + others).compactMap { home, endpoint in
            rows[home].map { HomeRows(home: home, endpoint: endpoint, pending: $0) }
        }
    }

    /// Rows without a route are counted as the job's own.
    private func countByHome(of job: Job, where isCounted: String) throws -> [Home?: Int] {
        let keys = RowKey.all(of: job.number)
        let counts = try Row.fetchAll(
            db,
            sql: """
                SELECT region, account, count(*)
                FROM rows LEFT JOIN routes ON routes.job = ? AND routes.number = route
                LEFT JOIN row_states ON row_states.key = rows.key
                WHERE rows.key > ? AND rows.key <= ? AND \(isCounted)
                GROUP BY region, account
                """,
            arguments: [job.number, keys.before, keys.last])
        return Dictionary(uniqueKeysWithValues: counts.map { (Home($0[0], $0[1]), $0[2]) })
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
