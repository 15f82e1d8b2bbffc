import AWSSigning
import TransferCore

/// Digests of an input's rows as they are stored, one for each hundred, and one of all of these.
///
/// A block's is SHA-256 over the texts of its rows (of each its record, its contact where that
/// stands apart, its token), then seven numbers of 8 bytes for each row (number, line, bytes of
/// record, contact and token, place of the contact in the record, route; -1 for NULL), then the
/// number of rows. So the texts are hashed as they lie in a batch: row by row takes three times as
/// long.
struct RowBlocks: ~Copyable {
    /// Fewer would tell a changed row more closely, and cost more: these cost 15 ms a million rows.
    static let rows = 100

    private var hasher = SHA256Hasher()
    private var all = SHA256Hasher()
    private var shapes = CanonicalBytes()
    private var rowsInBlock = 0

    /// A row but for its texts.
    struct Shape {
        var row: Int
        var line: Int
        /// Nil for a text that is NULL.
        var recordBytes: Int?
        var contactBytes: Int?
        var tokenBytes: Int?
        var contactAt: Int?
        var route: Int?
    }

    /// Takes the next rows of an input; `store` gets each block that they fill.
    mutating func add(
        _ batch: NewRows, firstRow: Int, store: (_ lastRow: Int, SHA256Digest) throws -> Void
    ) rethrows {
        var start = 0
        var index = 0
        while index < batch.rows.count {
            let end = min(batch.rows.count, index + Self.rows - rowsInBlock)
            let textsEnd = batch.rows[end - 1].tokenEnd
            hasher.update(batch.texts.span.extracting(start..<textsEnd))
            while index < end {
                let row = batch.rows[index]
                add(row.shape(firstRow + index, from: start))
                start = row.tokenEnd
                index += 1
            }
            if rowsInBlock == Self.rows { try store(firstRow + index - 1, endBlock()) }
        }
    }

    /// Ends the last block, which may be short, and gives the digest of all.
    mutating func end(
        lastRow: Int, store: (_ lastRow: Int, SHA256Digest) throws -> Void
    ) rethrows -> SHA256Digest {
        if rowsInBlock > 0 { try store(lastRow, endBlock()) }
        return all.next()
    }

    mutating func add(_ shape: Shape) {
        shapes.appendPlain(Int64(shape.row))
        shapes.appendPlain(Int64(shape.line))
        shapes.appendPlain(Int64(shape.recordBytes ?? -1))
        shapes.appendPlain(Int64(shape.contactBytes ?? -1))
        shapes.appendPlain(Int64(shape.tokenBytes ?? -1))
        shapes.appendPlain(Int64(shape.contactAt ?? -1))
        shapes.appendPlain(Int64(shape.route ?? -1))
        rowsInBlock += 1
    }

    /// Ends a block whose texts come at its end.
    mutating func endBlock(after texts: [UInt8]) -> SHA256Digest {
        hasher.update(texts)
        return endBlock()
    }

    private mutating func endBlock() -> SHA256Digest {
        shapes.appendPlain(Int64(rowsInBlock))
        hasher.update(shapes.bytes)
        shapes.removeAll()
        rowsInBlock = 0
        let digest = hasher.next()
        all.update(digest.bytes)
        return digest
    }
}

extension NewRow {
    /// - Parameter start: where its texts begin in its batch's.
    fileprivate func shape(_ row: Int, from start: Int) -> RowBlocks.Shape {
        // As ``RowInsert`` stores them: a contact or token without a byte is NULL.
        func bytes(_ count: Int) -> Int? { count == 0 ? nil : count }
        return RowBlocks.Shape(
            row: row, line: line, recordBytes: recordEnd - start,
            contactBytes: bytes(contactEnd - recordEnd), tokenBytes: bytes(tokenEnd - contactEnd),
            contactAt: contactAt, route: route)
    }
}
