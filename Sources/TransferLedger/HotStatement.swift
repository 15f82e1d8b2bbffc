import GRDB
import GRDBSQLite
import TransferCore

/// A statement that is run for every row, bound on SQLite's own.
///
/// GRDB's arguments are made, boxed and checked anew each time: measured on a run's commit, twice
/// the time.
struct HotStatement {
    private let statement: Statement

    /// What a parameter is bound to.
    enum Value {
        case integer(Int64)
        case text(String)
        case blob([UInt8])
        case null

        init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
        init(_ text: String?) { self = text.map(Value.text) ?? .null }
        init(_ moment: Timestamp?) { self = moment.map { .integer($0.milliseconds) } ?? .null }
    }

    init(_ sql: String, in db: Database) throws { statement = try db.cachedStatement(sql: sql) }

    /// Runs the statement once and returns how many rows it changed.
    ///
    /// - Parameter values: for each of its parameters, in order; not an array, which would be
    ///   allocated for every row.
    @discardableResult
    func execute<let count: Int>(_ values: InlineArray<count, Value>) throws -> Int {
        let pointer = unsafe bound(to: values)
        let result = unsafe sqlite3_step(pointer)
        unsafe sqlite3_reset(pointer)
        guard result == SQLITE_DONE else { throw unsafe error(result, pointer) }
        return unsafe Int(sqlite3_changes(sqlite3_db_handle(pointer)))
    }

    /// Runs a query and appends every column of its rows; returns how many rows there were.
    ///
    /// - Parameter look: called at each row, for what has to be known of it.
    @discardableResult
    func append<let count: Int>(
        _ values: InlineArray<count, Value>, to bytes: inout CanonicalBytes,
        _ look: (HotRow) -> Void = { _ in }
    ) throws -> Int {
        let pointer = unsafe bound(to: values)
        defer { _ = unsafe sqlite3_reset(pointer) }
        var rows = 0
        while true {
            let result = unsafe sqlite3_step(pointer)
            if result == SQLITE_DONE { return rows }
            guard result == SQLITE_ROW else { throw unsafe error(result, pointer) }
            for column in unsafe 0..<sqlite3_column_count(pointer) {
                unsafe bytes.append(column, of: pointer)
            }
            unsafe look(HotRow(pointer: pointer))
            rows += 1
        }
    }

    private func bound<let count: Int>(
        to values: borrowing InlineArray<count, Value>
    ) -> SQLiteStatement {
        let pointer = unsafe statement.sqliteStatement
        for index in values.indices {
            unsafe bind(values[index], to: pointer, Int32(index + 1))
        }
        return unsafe pointer
    }

    private func error(_ result: Int32, _ pointer: SQLiteStatement) -> DatabaseError {
        unsafe DatabaseError(
            resultCode: ResultCode(rawValue: result),
            message: String(cString: sqlite3_errmsg(sqlite3_db_handle(pointer))))
    }

    private func bind(_ value: Value, to pointer: SQLiteStatement, _ index: Int32) {
        // SQLITE_TRANSIENT, a macro that Swift does not import: SQLite copies the bytes at once.
        let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .integer(let number): unsafe sqlite3_bind_int64(pointer, index, number)
        case .null: unsafe sqlite3_bind_null(pointer, index)
        case .blob(let blob):
            unsafe blob.withUnsafeBytes { bytes in
                _ = unsafe sqlite3_bind_blob(
                    pointer, index, bytes.baseAddress, Int32(bytes.count), copies)
            }
        case .text(let text):
            unsafe text.utf8.span.withUnsafeBytes { bytes in
                // Without an address it would be NULL, and no empty text.
                guard let start = bytes.baseAddress else {
                    _ = unsafe sqlite3_bind_text(pointer, index, "", 0, copies)
                    return
                }
                _ = unsafe sqlite3_bind_text(
                    pointer, index, start.assumingMemoryBound(to: CChar.self), Int32(bytes.count),
                    copies)
            }
        }
    }
}

/// The row at which a query stands.
// Safe: the pointer is to a statement that is alive and stands at a row for as long as the closure
// runs that this is given to, and it is given to nothing else.
@safe struct HotRow {
    fileprivate let pointer: SQLiteStatement

    /// The number in a column, counted from 0 on; nil for NULL.
    func number(_ column: Int32) -> Int64? {
        unsafe sqlite3_column_type(pointer, column) == SQLITE_NULL
            ? nil : unsafe sqlite3_column_int64(pointer, column)
    }
}
