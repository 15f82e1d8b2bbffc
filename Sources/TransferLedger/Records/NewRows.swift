package import TransferCore

/// Rows of an input, judged, as they go into the ledger: some thousands at a time.
///
/// Their texts stand in one array and not in strings of their own: to make a million of those takes
/// longer than to store the rows.
package struct NewRows: Sendable {
    /// Record, contact and token of each row, one after the other, in UTF-8.
    private(set) var texts: [UInt8] = []
    private(set) var rows: [NewRow] = []
    /// Routes that a row of this batch is the first to take.
    package var routes: [NewRoute] = []
    /// Rows that have an outcome before anything was sent, of this batch and of earlier ones: the
    /// last word on a row is valid.
    package var ended: [EndedRow] = []

    /// What is committed together: a few milliseconds of everyone else's time.
    private static let rowsMax = 16 * 1024
    private static let bytesMax = 4 * 1024 * 1024
    /// More than the rows of a batch, so that those of earlier ones are few batches more.
    private static let endedMax = 2 * rowsMax

    package init() {}

    package var count: Int { rows.count }
    package var isEmpty: Bool { rows.isEmpty && ended.isEmpty }
    package var isFull: Bool {
        rows.count >= Self.rowsMax || texts.count >= Self.bytesMax || ended.count >= Self.endedMax
    }

    /// Adds the next row of the input.
    ///
    /// - Parameters:
    ///   - line: on which its record starts; 1 = the input's first.
    ///   - record: as it stood in the input, in UTF-8, without its line end.
    ///   - contact: nil where there is none.
    ///   - route: its number; nil where the row has none.
    ///   - token: nil where it is the one derived from job and row.
    package mutating func append(
        line: Int, record: Span<UInt8>, contact: ContactPlace?, route: Int?, token: ClientToken?
    ) {
        texts.append(record)
        var row = NewRow(line: line, recordEnd: texts.count, route: route)
        switch contact {
        case .inRecord(let start): row.contactAt = start
        case .apart(let text): texts.append(contentsOf: text.utf8)
        case nil: break
        }
        row.contactEnd = texts.count
        if let token { texts.append(contentsOf: token.text.utf8) }
        row.tokenEnd = texts.count
        rows.append(row)
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

/// Where in a batch's texts those of a row end.
struct NewRow: Sendable {
    var line: Int
    var recordEnd: Int
    var contactEnd = 0
    var tokenEnd = 0
    /// Where the contact's id begins in the record; nil where it stands apart, or there is none.
    var contactAt: Int?
    var route: Int?

    init(line: Int, recordEnd: Int, route: Int?) {
        self.line = line
        self.recordEnd = recordEnd
        self.route = route
    }
}

/// A row that has its outcome before anything was sent.
package struct EndedRow: Sendable, Hashable {
    /// 1 = the first data record.
    package var row: Int
    package var outcome: Outcome
    package var code: RowCode
    /// The column at fault; nil where it is the row.
    package var column: Column?
    package var message: String

    package init(
        row: Int, outcome: Outcome, code: RowCode, column: Column?, message: String
    ) {
        self.row = row
        self.outcome = outcome
        self.code = code
        self.column = column
        self.message = message
    }
}
