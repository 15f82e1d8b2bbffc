import GRDB
package import TransferCore

/// Where quotas are counted: for each account and Region.
package struct QuotaPlace: Hashable, Sendable {
    package var endpoint: String
    package var region: String
    /// Empty where it is not known.
    package var account: String

    package init(endpoint: String, region: String, account: String = "") {
        self.endpoint = endpoint
        self.region = region
        self.account = account
    }
}

/// What an operation's quota was found to be, and when.
package struct StoredQuota: Hashable, Sendable {
    /// Calls a second.
    package var rate: Double
    /// Nil where it was not seen.
    package var burst: Double?
    package var foundAt: Timestamp

    package init(rate: Double, burst: Double?, foundAt: Timestamp) {
        self.rate = rate
        self.burst = burst
        self.foundAt = foundAt
    }
}

extension Ledger {
    /// Keeps what a quota was found to be, for the next run in the same place. A burst that was not
    /// seen this time leaves the one that was.
    package func remember(
        _ quota: StoredQuota, of operation: RowOperation, in place: QuotaPlace
    ) async throws {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO quotas (endpoint, region, account, operation, rate, burst, found_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET rate = excluded.rate,
                        burst = coalesce(excluded.burst, burst), found_at = excluded.found_at
                    """,
                arguments: [
                    place.endpoint, place.region, place.account, operation.rawValue, quota.rate,
                    quota.burst, quota.foundAt.milliseconds,
                ])
        }
    }
}

extension LedgerReader {
    /// What the quota of an operation was found to be; nil where nobody knows.
    package func quota(
        of operation: RowOperation, in place: QuotaPlace
    ) throws -> StoredQuota? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT rate, burst, found_at FROM quotas
                WHERE endpoint = ? AND region = ? AND account = ? AND operation = ?
                """,
            arguments: [place.endpoint, place.region, place.account, operation.rawValue]
        ).map { row in
            StoredQuota(
                rate: row[0], burst: row[1], foundAt: Timestamp(milliseconds: row[2]))
        }
    }
}
