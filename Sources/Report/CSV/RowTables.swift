import TransferCore
import TransferLedger

/// `results.csv` and `retry.csv`, row by row.
///
/// Both use the input's own delimiter, so that the spreadsheet that made the input opens them too.
/// In `results.csv` a row with too few or too many fields is filled up or cut to the header's
/// width, so that Baton's columns stay in theirs; `retry.csv` keeps all of its fields.
struct RowTables {
    private let job: Job
    private let columns: [InputColumn]
    private var splitter: RecordSplitter
    var composer: CSVComposer

    /// Baton's columns in `results.csv`, after those of the input.
    static let ownColumns =
        reasonColumns + [
            "BatonNewContactId", "BatonAttempts", "BatonRequestId", "BatonClientToken",
            "BatonStartedAt",
            "BatonFinishedAt",
        ]

    init(_ job: Job, isExact: Bool) {
        self.job = job
        splitter = RecordSplitter(delimiter: job.input.delimiter)
        columns = splitter.fields(of: job.input.header).map(InputColumn.init)
        composer = CSVComposer(delimiter: job.input.delimiter, isExact: isExact)
    }

    /// Writes both header records.
    mutating func writeHeaders(
        results: inout ReportFile, retry: inout ReportFile
    ) throws(ReportError) {
        addHeader()
        composer.endRecord()
        try writeRecord(to: &retry)
        addHeader()
        for column in Self.ownColumns { composer.add(column) }
        composer.endRecord()
        try writeRecord(to: &results)
    }

    /// Baton's columns in a file of bad rows, after those of the input.
    static let reasonColumns = [
        "BatonRow", "BatonLine", "BatonOutcome", "BatonCode", "BatonMessage",
    ]

    /// Writes the header record of a file of bad rows.
    mutating func writeRejectsHeader(to file: inout ReportFile) throws(ReportError) {
        addHeader()
        for column in Self.reasonColumns { composer.add(column) }
        composer.endRecord()
        try writeRecord(to: &file)
    }

    /// Writes a row with its reason, its fields filled up or cut to the header's width.
    mutating func writeReject(
        _ row: RowRecord, to file: inout ReportFile
    ) throws(ReportError) {
        addFields(of: row)
        addReason(row)
        composer.endRecord()
        try writeRecord(to: &file)
    }

    /// Writes a row to `results.csv`.
    mutating func write(_ row: RowRecord, to results: inout ReportFile) throws(ReportError) {
        addFields(of: row)
        addOwnFields(row)
        composer.endRecord()
        try writeRecord(to: &results)
    }

    /// Writes a row to `retry.csv`: all the fields that it has, and nothing else.
    mutating func writeAgain(_ row: RowRecord, to retry: inout ReportFile) throws(ReportError) {
        for (index, field) in splitter.fields(of: row.record).enumerated() {
            composer.add(field, isRead: index < columns.count && columns[index].isRead)
        }
        composer.endRecord()
        try writeRecord(to: &retry)
    }

    /// Adds the row's fields in the width of the header.
    mutating func addFields(of row: RowRecord) {
        let fields = splitter.fields(of: row.record)
        for (index, column) in columns.enumerated() {
            composer.add(index < fields.count ? fields[index] : [], isRead: column.isRead)
        }
    }

    mutating func addHeader() {
        for column in columns { composer.add(column.name, isRead: column.isRead) }
    }

    private mutating func addOwnFields(_ row: RowRecord) {
        addReason(row)
        composer.add(row.newContact)
        composer.add(String(row.attempts))
        composer.add(row.requestID)
        composer.add(row.token?.text)
        composer.add(row.startedAt?.iso8601)
        composer.add(row.finishedAt?.iso8601)
    }

    private mutating func addReason(_ row: RowRecord) {
        composer.add(String(row.row))
        composer.add(String(row.line))
        composer.add(row.outcome.rawValue)
        composer.add(row.code)
        composer.add(row.reason)
    }

    private mutating func writeRecord(to file: inout ReportFile) throws(ReportError) {
        try file.write(composer.bytes)
        composer.removeAll()
    }
}

/// A column of the input.
private struct InputColumn {
    let name: ArraySlice<UInt8>
    /// Whether Baton reads it; any other is the operator's.
    let isRead: Bool

    init(_ name: ArraySlice<UInt8>) {
        self.name = name
        isRead = Column(header: String(decoding: name, as: UTF8.self)) != nil
    }
}

extension Outcome {
    /// Whether `retry.csv` has the rows of this outcome.
    var isWorthAnotherTry: Bool {
        switch self {
        case .failed, .uncertain, .pending, .rejected: true
        case .transferred, .skipped: false
        }
    }
}

extension RowRecord {
    /// The message, with the column at fault where it does not name it itself.
    var reason: String? {
        guard let message, let column, !message.contains(column) else { return message }
        return "\(column): \(message)"
    }
}
