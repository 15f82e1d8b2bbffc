import AWSSigning
import FoundationEssentials
import GRDB
import TransferCore

/// Goes through a job's rows in their order, and holds each against its block and the last entry
/// that the chain has for it.
struct RowCheck: ~Copyable {
    /// As the rows have them.
    private(set) var totals = ControlTotals()
    private let job: Job
    /// Rows of the input, by what may have been changed.
    private let rowCount: Int
    private let db: Database
    private var rowDigest: RowDigest
    private var block = BlockCheck()
    private var histories: RowHistories
    private var expected = 1
    private var hasher: SHA256Hasher
    private var bytes: CanonicalBytes

    init(_ job: Job, in db: Database) throws {
        let rowDigest = try RowDigest(of: job.number, in: db)
        let histories = try RowHistories(of: job, in: db)
        self.job = job
        rowCount = min(max(job.rows, 0), RowKey.rowsMax)
        self.db = db
        self.rowDigest = rowDigest
        self.histories = histories
        hasher = SHA256Hasher()
        bytes = CanonicalBytes()
    }

    /// Calls `report` with each fault.
    mutating func check(_ report: (LedgerFault) -> Void) throws {
        let keys = RowKey.all(of: job.number)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(RowKey.row(of: "key")), line, coalesce(outcome, 'pending'), record,
                    contact, token, contact_at, route
                FROM rows LEFT JOIN row_states USING (key) WHERE key > ? AND key <= ? ORDER BY key
                """,
            arguments: [keys.before, keys.last])
        while let row = try rows.next() {
            let number: Int = row[0]
            try skip(to: min(number, rowCount + 1), report)
            try block.add(row)
            try judge(number, line: row[1], outcome: row[2], report)
            expected = number + 1
            if number % RowBlocks.rows == 0 { try endBlock(report) }
        }
        try skip(to: rowCount + 1, report)
        if !block.isEmpty { try endBlock(report) }
        _ = try histories.next(of: .max, report)
    }

    /// Notes the rows that are missing before this one.
    private mutating func skip(to number: Int, _ report: (LedgerFault) -> Void) throws {
        while expected < number {
            let blockEnd = (expected + RowBlocks.rows - 1) / RowBlocks.rows * RowBlocks.rows
            // Blocks that lost all their rows have nothing to be held against.
            let areWhole = block.isEmpty && number > blockEnd && expected % RowBlocks.rows == 1
            let end = areWhole ? (number - 1) / RowBlocks.rows * RowBlocks.rows : blockEnd
            let missing = expected...min(number - 1, end)
            report(
                LedgerFault(
                    .rowRemoved, rows: missing,
                    "\(missing.sentenceWords("row", "rows")) of the input "
                        + (missing.count == 1 ? "was" : "were") + " removed."))
            expected = missing.upperBound + 1
            if areWhole { continue }
            block.isBroken = true
            if missing.upperBound == blockEnd { try endBlock(report) }
        }
    }

    private mutating func judge(
        _ row: Int, line: Int, outcome: String, _ report: (LedgerFault) -> Void
    ) throws {
        totals[Outcome(rawValue: outcome) ?? .pending] += 1
        let last = try histories.next(of: row, report)
        guard row <= rowCount else {
            block.isBroken = true
            return report(
                LedgerFault(
                    .rowAdded, rows: row...row, lines: line...line,
                    "Row \(row) (line \(line)) was added: the input has \(rowCount) rows."))
        }
        let isPending = outcome == Outcome.pending.rawValue
        guard let last, last.what == ChainEvent.outcome.rawValue else {
            if !isPending { report(.added(outcome, row: row, line: line, last)) }
            return
        }
        if isPending {
            report(.removed(row: row, line: line, last))
        } else {
            let now = try rowDigest.digest(of: row, &hasher, &bytes)
            if now?.bytes != last.digest {
                block.changed.append(BlockCheck.Changed(row: row, line: line, entry: last.entry))
            }
        }
    }

    private mutating func endBlock(_ report: (LedgerFault) -> Void) throws {
        let lastRow = min(expected - 1, rowCount)
        let stored = try Data.fetchOne(
            db, sql: "SELECT digest FROM row_blocks WHERE key = ?",
            arguments: [RowKey(job: job.number, row: lastRow)])
        block.end(stored: stored.map(Array.init), report)
    }
}

/// What the chain last said of each row.
private struct RowHistories {
    struct Last {
        var entry: Int
        var what: String
        var digest: [UInt8]
    }

    private let entries: RowCursor
    private var row: Row?

    init(of job: Job, in db: Database) throws {
        let keys = RowKey.all(of: job.number)
        // SQLite sorts them, in a file where they are many.
        entries = try Row.fetchCursor(
            db,
            sql: """
                SELECT row, \(RowKey.row(of: "key")), what, digest FROM chain
                WHERE key > ? AND key <= ? ORDER BY row, key
                """,
            arguments: [keys.before, keys.last])
        row = try entries.next()
    }

    /// The last entry of a row; those of rows before it, which are not there, are passed over.
    mutating func next(of number: Int, _ report: (LedgerFault) -> Void) throws -> Last? {
        var last: Last?
        while let entry = row, case let of:Int = entry[0], of <= number {
            if of == number {
                let next = Last(entry: entry[1], what: entry[2], digest: Array(entry[3] as Data))
                if next.what == ChainEvent.takenBack.rawValue, next.digest != last?.digest {
                    report(.changedBefore(next.entry, row: number))
                }
                last = next
            }
            row = try entries.next()
        }
        return last
    }
}

/// The rows of one block as they stand now.
private struct BlockCheck: ~Copyable {
    struct Changed {
        var row: Int
        var line: Int
        var entry: Int
    }

    /// Whether rows are missing or were added: it is told already that it is not as it was.
    var isBroken = false
    /// Rows that are not what their entries say.
    var changed: [Changed] = []
    private var rows: ClosedRange<Int>?
    private var lines: ClosedRange<Int>?
    private var blocks = RowBlocks()
    private var texts: [UInt8] = []

    var isEmpty: Bool { rows == nil && !isBroken }

    mutating func add(_ row: Row) throws {
        let (number, line): (Int, Int) = (row[0], row[1])
        rows = (rows?.lowerBound ?? number)...number
        lines = min(lines?.lowerBound ?? line, line)...max(lines?.upperBound ?? line, line)
        let shape = RowBlocks.Shape(
            row: number, line: line, recordBytes: try add(text: 3, of: row),
            contactBytes: try add(text: 4, of: row), tokenBytes: try add(text: 5, of: row),
            contactAt: row[6], route: row[7])
        blocks.add(shape)
    }

    /// Keeps a text; its bytes, nil where it is NULL.
    private mutating func add(text column: Int, of row: Row) throws -> Int? {
        try row.withUnsafeData(atIndex: column) { text in
            guard let text else { return nil }
            texts.append(contentsOf: text)
            return text.count
        }
    }

    /// Holds the block against what it was, and begins the next.
    mutating func end(stored: [UInt8]?, _ report: (LedgerFault) -> Void) {
        let isSame = blocks.endBlock(after: texts).bytes == stored
        for row in changed { report(.changed(row, inputIsSame: isSame && !isBroken)) }
        if !isSame, !isBroken, let rows, let lines { report(.changed(rows, lines)) }
        texts.removeAll(keepingCapacity: true)
        (changed, isBroken, rows, lines) = ([], false, nil, nil)
    }
}

extension LedgerFault {
    fileprivate static func added(
        _ outcome: String, row: Int, line: Int, _ last: RowHistories.Last?
    ) -> LedgerFault {
        LedgerFault(
            .outcomeAdded, rows: row...row, lines: line...line,
            entries: last.map { $0.entry...$0.entry },
            "Row \(row) (line \(line)) is \(outcome), "
                + (last.map { "and by entry \($0.entry) it is pending" }
                    ?? "and no entry of the chain says so")
                + ": its outcome was added.")
    }

    fileprivate static func removed(
        row: Int, line: Int, _ last: RowHistories.Last
    ) -> LedgerFault {
        LedgerFault(
            .outcomeRemoved, rows: row...row, lines: line...line, entries: last.entry...last.entry,
            "Row \(row) (line \(line)) is pending, and entry \(last.entry) has committed an outcome "
                + "for it: its outcome was removed.")
    }

    fileprivate static func changedBefore(_ entry: Int, row: Int) -> LedgerFault {
        LedgerFault(
            .outcomeChanged, rows: row...row, entries: entry...entry,
            "Row \(row) was put back to pending by entry \(entry), but was not then what had been "
                + "committed for it: it, or an entry of it, was changed.")
    }

    fileprivate static func changed(
        _ changed: BlockCheck.Changed, inputIsSame: Bool
    ) -> LedgerFault {
        let (row, line, entry) = (changed.row, changed.line, changed.entry)
        let what =
            inputIsSame
            ? "its outcome, its calls or what was asked" : "its input or its outcome"
        return LedgerFault(
            inputIsSame ? .outcomeChanged : .inputChanged, rows: row...row, lines: line...line,
            entries: entry...entry,
            "Row \(row) (line \(line)): \(what) is not what entry \(entry) committed.")
    }

    fileprivate static func changed(
        _ rows: ClosedRange<Int>, _ lines: ClosedRange<Int>
    ) -> LedgerFault {
        LedgerFault(
            .inputChanged, rows: rows, lines: lines,
            "\(rows.sentenceWords("row", "rows")) (\(lines.words("line", "lines"))): the input of "
                + (rows.count == 1 ? "it" : "one or more of them")
                + " is not what was stored, or its digest was changed.")
    }
}
