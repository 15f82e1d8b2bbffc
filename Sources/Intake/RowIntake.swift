import TransferCore
import TransferLedger

/// Takes the records of an input: the header first, then rows, which it judges and gathers.
struct RowIntake {
    private let name: String
    private let options: IntakeOptions
    private var judge: RowJudge?
    private var seen = SeenContacts()
    private var batch = NewRows()
    /// Rows that were contradicted and are still to be told so, and the line that does it.
    private var contradicted: [(rows: SeenContacts.Contradicted, line: Int)] = []
    /// The header record as it stood in the input.
    private(set) var header = ""
    private(set) var summary = IntakeSummary()
    /// The accounts and Regions that rows name beside the job's own.
    private(set) var homes: Set<Home> = []

    /// Each is a service to connect to.
    private static let homesMax = 100

    /// - Parameter name: the input's, for people.
    init(_ name: String, options: IntakeOptions) {
        self.name = name
        self.options = options
    }

    var hasHeader: Bool { judge != nil }
    var isBatchFull: Bool { batch.isFull }

    /// Hands out the rows since the last batch, and those of earlier ones that were contradicted
    /// since, as many as a batch has room for; nil where there are none.
    mutating func takeBatch() -> NewRows? {
        rejectContradicted()
        guard !batch.isEmpty else { return nil }
        defer { batch = NewRows() }
        return batch
    }

    /// Takes the next record.
    ///
    /// - Throws: ``IntakeError`` where the input as a whole cannot be used.
    mutating func take(_ record: borrowing CSVRecord) throws(IntakeError) {
        if judge == nil { return try takeHeader(record) }
        guard summary.rows < options.limits.rowsMax else {
            throw IntakeError(
                .refused,
                "\(name), line \(record.line): there are more than \(options.limits.rowsMax) rows. "
                    + "Split the file, or allow more with --max-rows.")
        }
        summary.rows += 1
        let position = RowPosition(row: summary.rows, line: record.line)
        let routes = batch.routes.count
        do throws(RowProblems) {
            guard let row = try judge?.judge(record, newRoutes: &batch.routes) else { return }
            batch.append(
                line: record.line, record: record.raw.span, contact: row.contact, route: row.route,
                token: row.token)
            summary.add(notices: row.notices, row: position.row, line: position.line)
            end(seen.note(row, at: position), at: position)
        } catch {
            batch.append(
                line: record.line, record: record.raw.span,
                contact: judge?.contactText(of: record).map(ContactPlace.apart), route: nil,
                token: nil)
            let isBlank = error.all.first?.code == .blankRow
            end(error.all, makes: isBlank ? .skipped : .rejected, at: position)
        }
        if batch.routes.count > routes { try note(batch.routes.last?.route.home) }
        try checkStrict(position)
    }

    private mutating func note(_ home: Home?) throws(IntakeError) {
        guard let home, homes.insert(home).inserted, homes.count > Self.homesMax else { return }
        throw IntakeError(
            .refused,
            "\(name) names instances of more than \(Self.homesMax) accounts and Regions. "
                + "Split the file.")
    }

    private mutating func takeHeader(_ record: borrowing CSVRecord) throws(IntakeError) {
        do throws(HeaderError) {
            let schema = try RowSchema(header: record.texts, defaults: options.defaults)
            judge = RowJudge(schema: schema, defaults: options.defaults)
            summary.headerNotices = schema.lookalikes.map { name, column in
                "Column \(name.quoted) is carried along unread. Is it \(column.rawValue)? "
                    + "Then rename it."
            }
        } catch {
            throw IntakeError(.refused, "\(name), line \(record.line): \(error.sentence)")
        }
        header = String(decoding: record.raw, as: UTF8.self)
    }

    private mutating func end(_ verdict: SeenContacts.Verdict, at position: RowPosition) {
        switch verdict {
        case .new: break
        case .repeats(let line):
            let problem = RowProblem(
                .repeatedContact, .contactID,
                "The contact goes to the same place by line \(line) already.")
            end([problem], makes: .skipped, at: position)
        case .contradicts(let line, let others):
            if let others { contradicted.append((others, position.line)) }
            rejectContradicted()
            end([.contradiction(of: line)], makes: .rejected, at: position)
        case .sameToken(let line):
            let problem = RowProblem(
                .duplicateToken, .clientToken,
                "Line \(line) has the same ClientToken. Each row needs one of its own, or none.")
            end([problem], makes: .rejected, at: position)
        }
    }

    /// Rejects contradicted rows while the batch has room: the next batches take the others.
    private mutating func rejectContradicted() {
        while !batch.isFull, var next = contradicted.popLast() {
            let line = next.line
            guard let (position, isRepeat) = seen.next(of: &next.rows) else { continue }
            contradicted.append(next)
            if isRepeat { summary.takeBackSkip(.repeatedContact, row: position.row) }
            end([.contradiction(of: line)], makes: .rejected, at: position)
        }
    }

    private mutating func end(
        _ problems: [RowProblem], makes outcome: Outcome, at position: RowPosition
    ) {
        summary.add(problems, makes: outcome, row: position.row, line: position.line)
        guard let first = problems.first else { return }
        batch.ended.append(
            EndedRow(
                row: position.row, outcome: outcome, code: first.code, column: first.column,
                message: RowProblems(problems).message))
    }

    private func checkStrict(_ position: RowPosition) throws(IntakeError) {
        guard options.isStrict, summary.rejected > 0, let last = batch.ended.last else { return }
        throw IntakeError(
            .refused,
            "\(name), row \(last.row) (line \(position.line)): \(last.message) "
                + "Nothing was taken in, as --strict asks.")
    }
}

extension RowProblem {
    fileprivate static func contradiction(of line: Int) -> RowProblem {
        RowProblem(
            .duplicateContact, .contactID,
            "Line \(line) sends the same contact elsewhere, or by another flow or guard. "
                + "Keep the row that is right.")
    }
}
