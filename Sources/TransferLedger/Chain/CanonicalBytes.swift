import GRDBSQLite

/// Values in bytes that stand for them and nothing else, to be hashed: for each a byte with
/// SQLite's number of its type (1 integer, 3 text, 4 bytes, 5 NULL), then an integer in 8 bytes, the
/// highest first; of a text its UTF-8 after its length, which is such an integer; of bytes the same.
struct CanonicalBytes {
    private(set) var bytes: [UInt8] = []

    private enum Kind: UInt8 { case integer = 1, text = 3, blob = 4, null = 5 }

    /// Empties it and keeps its memory.
    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ number: Int64) {
        bytes.append(Kind.integer.rawValue)
        appendPlain(number)
    }

    mutating func append(_ text: String) {
        bytes.append(Kind.text.rawValue)
        appendPlain(Int64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ blob: [UInt8]) {
        bytes.append(Kind.blob.rawValue)
        appendPlain(Int64(blob.count))
        bytes.append(contentsOf: blob)
    }

    mutating func appendNull() { bytes.append(Kind.null.rawValue) }

    /// Appends what a column is that was set to the value.
    mutating func append(_ value: HotStatement.Value) {
        switch value {
        case .integer(let number): append(number)
        case .text(let text): append(text)
        case .blob(let blob): append(blob)
        case .null: appendNull()
        }
    }

    /// Appends bytes that stand for values already.
    mutating func append(canonical other: [UInt8]) { bytes.append(contentsOf: other) }

    /// Appends a number that needs no type: a length, or one of a fixed row of them.
    mutating func appendPlain(_ number: Int64) {
        unsafe withUnsafeBytes(of: number.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Appends a column of the row at which a statement stands.
    mutating func append(_ column: Int32, of statement: OpaquePointer) {
        let kind = unsafe sqlite3_column_type(statement, column)
        switch kind {
        case SQLITE_INTEGER: append(unsafe sqlite3_column_int64(statement, column))
        case SQLITE_NULL: bytes.append(Kind.null.rawValue)
        default:
            // Of a text these are its UTF-8. No column that is hashed holds a REAL.
            let start = unsafe sqlite3_column_blob(statement, column)
            let count = unsafe Int(sqlite3_column_bytes(statement, column))
            bytes.append(UInt8(truncatingIfNeeded: kind))
            appendPlain(Int64(count))
            unsafe bytes.append(
                contentsOf: UnsafeRawBufferPointer(start: start, count: count))
        }
    }
}
