import Intake
import TransferCore

/// Whether rows are judged by what they say alone: a judge that knows the rows before must say the
/// same as one that is new.
struct JudgeCheck {
    private let bytes: [UInt8]
    private let options: IntakeOptions

    init(_ bytes: [UInt8], _ options: IntakeOptions) {
        self.bytes = bytes
        self.options = options
    }

    func check(_ found: Found) throws {
        var judges: (known: RowJudge, new: RowJudge)?
        var routes: [Int: Route] = [:]
        var (rows, unusable, blank) = (0, 0, 0)
        let dialect = CSVDialect(detecting: bytes.span)
        var parser = CSVParser(delimiter: dialect.delimiter, limits: options.limits)
        let take = { (record: borrowing CSVRecord) throws in
            guard var (known, new) = judges else {
                let schema = try RowSchema(header: record.texts, defaults: options.defaults)
                let judge = RowJudge(schema: schema, defaults: options.defaults)
                judges = (judge, judge)
                return
            }
            rows += 1
            let verdict = Verdict(record, &known, &routes)
            judges?.known = known
            var newRoutes: [Int: Route] = [:]
            let other = Verdict(record, &new, &newRoutes)
            try expect(verdict == other, "Row \(rows) is \(verdict), by itself \(other).")
            unusable += verdict.problems.isEmpty ? 0 : 1
            blank += verdict.problems.first?.code == .blankRow ? 1 : 0
        }
        do {
            try parser.parse(bytes.span.extracting(dialect.preambleBytes..<bytes.count), take)
            try parser.finish(take)
        } catch is CSVError {
            try expect(found.isRefusal, "No CSV, but \(found).")
        } catch is HeaderError {
            try expect(found.isRefusal, "No header, but \(found).")
        }
        guard case .summary(let summary) = found else { return }
        try expect(
            summary.rows == rows && summary.rejected >= unusable - blank
                && summary.skipped >= blank,
            "\(rows) rows, \(unusable) of no use, \(blank) of them blank: \(summary).")
    }
}

extension Found {
    fileprivate var isRefusal: Bool { if case .refusal = self { true } else { false } }
}

/// What a judge says of a record.
private struct Verdict: Equatable {
    var contact = ""
    var contactKey: IdentifierKey?
    var route: Route?
    var way: UInt64?
    var token: ClientToken?
    var notices: [RowProblem] = []
    var problems: [RowProblem] = []

    init(
        _ record: borrowing CSVRecord, _ judge: inout RowJudge, _ routes: inout [Int: Route]
    ) {
        var newRoutes: [NewRoute] = []
        do throws(RowProblems) {
            let row = try judge.judge(record, newRoutes: &newRoutes)
            for new in newRoutes { routes[new.number] = new.route }
            contact =
                switch row.contact {
                case .apart(let text): text
                case .inRecord(let start):
                    String(
                        decoding: record.raw[start..<start + ContactPlace.idBytes], as: UTF8.self)
                }
            contactKey = row.contactKey
            route = routes[row.route]
            way = row.way
            token = row.token
            notices = row.notices
        } catch {
            problems = error.all
        }
    }
}
