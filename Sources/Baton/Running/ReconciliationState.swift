import Report
import TransferCore
import TransferLedger

/// What `reconcile` says of itself.
struct ReconciliationState: Encodable {
    var job: String
    /// Within its ledger.
    var number: Int64
    var startedAt: String
    var endedAt: String?
    var rows: Int
    var matched: Int
    var exceptions: Int
    /// Rows by what was found, all of them.
    var findings: [String: Int]
    /// Rows that were not looked into yet.
    var toGo: Int
    var report: String

    private let text: String
    private let page: String

    private enum CodingKeys: String, CodingKey {
        case job, number, startedAt, endedAt, rows, matched, exceptions, findings, toGo, report
    }

    init(
        _ job: Job, _ reconciliation: Reconciliation, _ totals: FindingTotals,
        _ files: ReconciliationFiles
    ) {
        self.job = job.id.text
        number = reconciliation.number
        startedAt = reconciliation.startedAt.toTheSecond
        endedAt = reconciliation.endedAt?.toTheSecond
        rows = job.rows
        matched = totals.matched
        exceptions = totals.exceptions
        findings = Dictionary(
            uniqueKeysWithValues: Finding.allCases.map { ($0.rawValue, totals[$0] as Int) })
        toGo = job.rows - totals.rows
        report = files.directory
        page = files.page
        text = "Job \(job.id), \(totals.words(of: job.rows))."
    }

    /// Says it to a person, and writes it to stdout.
    func tell(as output: OutputOptions) throws {
        var fields = findings.mapValues(LogValue.whole)
        fields["matched"] = .whole(matched)
        fields["exceptions"] = .whole(exceptions)
        fields["toGo"] = .whole(toGo)
        output.console.say(text, LogEvent(word: "ended", fields: fields))
        switch output.output {
        case .text: try Console.data(page)
        case .json: try Console.json(self)
        }
    }
}

extension FindingTotals {
    /// `300 rows: 290 matched, 10 exceptions (4 notLanded, 6 notFound)`.
    func words(of rows: Int) -> String {
        let amiss = Finding.allCases.compactMap { finding in
            let count = Outcome.allCases.reduce(0) {
                finding.agrees(with: $1) ? $0 : $0 + self[$1, finding]
            }
            return count > 0 ? "\(count.grouped) \(finding.rawValue)" : nil
        }
        let named = amiss.isEmpty ? "" : " (\(amiss.joined(separator: ", ")))"
        let left = rows > self.rows ? ", \((rows - self.rows).grouped) to go" : ""
        return "\(rows.of("row")): \(matched.grouped) matched, "
            + "\(exceptions.of("exception"))\(named)\(left)"
    }
}
