import GRDB
import TransferCore

/// The key of a row within a ledger: its job's number and its own in one integer. So are the
/// entries of a job's chain numbered, and its heads from 0 on.
struct RowKey: DatabaseValueConvertible, Hashable {
    let value: Int64

    private static let rowBits: Int64 = 32

    init(job: Int64, row: Int) { value = job << Self.rowBits | Int64(row) }

    /// The key before and the key of a job's first row, and that of the last it can have.
    static func all(of job: Int64) -> (before: RowKey, first: RowKey, last: RowKey) {
        (RowKey(job: job, row: 0), RowKey(job: job, row: 1), RowKey(job: job, row: rowsMax))
    }

    /// Rows that a job can have.
    static let rowsMax = Int(UInt32.max)

    /// The number of a key's job.
    static func job(of key: Int64) -> Int64 { key >> rowBits }

    /// SQL for the row's number.
    static func row(of key: String) -> String { "(\(key) & \(rowsMax))" }

    /// SQL for the job's number.
    static func job(of key: String) -> String { "(\(key) >> \(rowBits))" }

    var databaseValue: DatabaseValue { value.databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> RowKey? {
        Int64.fromDatabaseValue(value).map(RowKey.init(value:))
    }

    private init(value: Int64) { self.value = value }
}
