import GRDB
import GRDBSQLite

/// The insert of an input's rows, many with one statement, bound on SQLite's own.
///
/// GRDB's arguments would be made of a million strings: measured, 2.6 times the time. One row with
/// each statement takes 1.2 times that of 32.
struct RowInsert {
    private let many: Statement
    private let one: Statement
    private let job: Int64

    private static let rowsAtOnce = 32
    private static let columns: Int32 = 7

    init(_ job: Int64, in db: Database) throws {
        self.job = job
        many = try Self.statement(rows: Self.rowsAtOnce, in: db)
        one = try Self.statement(rows: 1, in: db)
    }

    private static func statement(rows: Int, in db: Database) throws -> Statement {
        let values = Array(repeating: "(?, ?, ?, ?, ?, ?, ?)", count: rows).joined(separator: ", ")
        return try db.cachedStatement(
            sql: """
                INSERT INTO rows (key, line, record, contact, contact_at, route, token)
                VALUES \(values)
                """)
    }

    /// Inserts the rows of a batch, of which the first has this number.
    func execute(_ batch: NewRows, firstRow: Int) throws {
        // Safe: the texts are borrowed until each step has copied what it needs, and the bindings
        // are cleared before the borrow ends.
        try unsafe batch.texts.withUnsafeBytes { texts in
            defer {
                _ = unsafe sqlite3_clear_bindings(many.sqliteStatement)
                _ = unsafe sqlite3_clear_bindings(one.sqliteStatement)
            }
            var index = 0
            while index < batch.rows.count {
                let isMany = batch.rows.count - index >= Self.rowsAtOnce
                let end = index + (isMany ? Self.rowsAtOnce : 1)
                let pointer = unsafe (isMany ? many : one).sqliteStatement
                var parameter: Int32 = 0
                while index < end {
                    let start = index == 0 ? 0 : batch.rows[index - 1].tokenEnd
                    let key = RowKey(job: job, row: firstRow + index)
                    unsafe bind(batch.rows[index], key, from: start, texts, to: pointer, parameter)
                    parameter += Self.columns
                    index += 1
                }
                try unsafe step(pointer)
            }
        }
    }

    /// Binds a row to the parameters after `last`.
    private func bind(
        _ row: NewRow, _ key: RowKey, from start: Int, _ texts: UnsafeRawBufferPointer,
        to pointer: SQLiteStatement, _ last: Int32
    ) {
        unsafe sqlite3_bind_int64(pointer, last + 1, key.value)
        unsafe sqlite3_bind_int64(pointer, last + 2, Int64(row.line))
        unsafe bind(texts, start..<row.recordEnd, to: pointer, last + 3)
        unsafe bindOrNull(texts, row.recordEnd..<row.contactEnd, to: pointer, last + 4)
        unsafe bind(row.contactAt, to: pointer, last + 5)
        unsafe bind(row.route, to: pointer, last + 6)
        unsafe bindOrNull(texts, row.contactEnd..<row.tokenEnd, to: pointer, last + 7)
    }

    private func bind(_ number: Int?, to pointer: SQLiteStatement, _ index: Int32) {
        if let number {
            unsafe sqlite3_bind_int64(pointer, index, Int64(number))
        } else {
            unsafe sqlite3_bind_null(pointer, index)
        }
    }

    private func bind(
        _ texts: UnsafeRawBufferPointer, _ range: Range<Int>, to pointer: SQLiteStatement,
        _ index: Int32
    ) {
        let start = unsafe texts.baseAddress?.advanced(by: range.lowerBound)
            .assumingMemoryBound(to: CChar.self)
        unsafe sqlite3_bind_text(pointer, index, start, Int32(range.count), nil)
    }

    private func bindOrNull(
        _ texts: UnsafeRawBufferPointer, _ range: Range<Int>, to pointer: SQLiteStatement,
        _ index: Int32
    ) {
        if range.isEmpty {
            unsafe sqlite3_bind_null(pointer, index)
        } else {
            unsafe bind(texts, range, to: pointer, index)
        }
    }

    private func step(_ pointer: SQLiteStatement) throws {
        let result = unsafe sqlite3_step(pointer)
        unsafe sqlite3_reset(pointer)
        guard result == SQLITE_DONE else {
            throw unsafe DatabaseError(
                resultCode: ResultCode(rawValue: result),
                message: String(cString: sqlite3_errmsg(sqlite3_db_handle(pointer))))
        }
    }
}
