import FoundationEssentials
import Report
import Testing
import TransferCore
import TransferLedger

/// The files of a reconciliation.
struct ReconciliationTests {
    private let fixture: ReportFixture

    init() throws { fixture = try ReportFixture() }

    /// Reconciles the mixed job as `findings` say, and writes the report.
    private func report(
        _ job: Job, _ findings: [(Int, Outcome, Finding)]
    ) async throws -> ReconciliationFiles {
        let reconciliation = try await fixture.ledger.beginReconciliation(
            of: job,
            by: RunWorker(
                host: "ops-1", user: "mara", processID: 42, bootID: "b", version: "0.1.0"),
            at: .after(100))
        let rows = findings.map { row, outcome, finding in
            var found = Inquiry.Found(finding, "=SUM(1) is what it says.")
            found.contact = ContactID(valid: "current-\(row)")
            found.queue = QueueID(valid: "queue-9")
            found.endedAt = finding == .ended ? .after(50) : nil
            found.disconnectReason = finding == .ended ? "=API" : nil
            return FoundRow(row: row, outcome: outcome, found: found, checkedAt: .after(120))
        }
        try await fixture.ledger.commit(rows, of: job, for: reconciliation.number)
        if findings.count == job.rows {
            try await fixture.ledger.endReconciliation(
                reconciliation.number, of: job, at: .after(130))
        }
        guard let last = try await fixture.ledger.read({ try $0.lastReconciliation(of: job) })
        else { throw Missing() }
        return try await ReconciliationWriter(
            directory: fixture.folder + "/reports",
            options: ReportOptions(exactCSV: false, generatedAt: .after(3600), version: "0.1.0")
        ).write(last, of: job, from: fixture.ledger)
    }

    private struct Missing: Error {}

    /// Rows of every outcome, each with a finding.
    private func findings(of job: Job) async throws -> [(Int, Outcome, Finding)] {
        let outcomes = try await fixture.ledger.read { reader in
            var outcomes: [Outcome] = []
            try reader.forEachRow(of: job) { outcomes.append($0.outcome) }
            return outcomes
        }
        return outcomes.enumerated().map { index, outcome in
            let finding: Finding =
                switch outcome {
                case .transferred: index == 0 ? .landed : index == 1 ? .ended : .notLanded
                case .rejected: .notAsked
                case .uncertain: .notFound
                case .failed, .skipped, .pending: .notTransferred
                }
            return (index + 1, outcome, finding)
        }
    }

    private func schema() throws -> JSONSchema {
        let path = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return JSONSchema(
            root: try JSON(fixture.text("/\(path)/Sources/Report/reconciliation.schema.json")))
    }

    @Test func `the document fits its schema, and all sides add up`() async throws {
        let job = try await mixedJob(in: fixture)
        let files = try await report(job, findings(of: job))
        let document = try JSON(fixture.text(files.document))
        #expect(try schema().faults(document) == [])
        let totals = try #require(document["controlTotals"])
        #expect(totals["addsUp"] == .bool(true))
        #expect(totals["input"]?["rows"]?.int == job.rows)
        #expect(totals["ledger"]?["rows"]?.int == job.rows)
        let service = try #require(totals["service"]?.object).compactMapValues(\.int)
        #expect(service.values.reduce(0, +) == job.rows)
        let counts = try #require(document["findings"]?.array).compactMap { $0["rows"]?.int }
        #expect(counts.reduce(0, +) == job.rows)
        let (matched, exceptions) = (document["matched"]?.int, document["exceptions"]?.int)
        #expect((matched ?? 0) + (exceptions ?? 0) == job.rows)
        #expect(document["findings"]?[0]?["matched"] == .bool(false))
    }

    @Test func `says what is left where it was stopped, and where the ledger has changed since`()
        async throws
    {
        let job = try await mixedJob(in: fixture)
        let all = try await findings(of: job)
        var document = try JSON(
            fixture.text(await report(job, Array(all.prefix(5))).document))
        #expect(try schema().faults(document) == [])
        #expect(document["controlTotals"]?["service"]?["toGo"]?.int == job.rows - 5)
        #expect(document["controlTotals"]?["addsUp"] == .bool(false))
        let rest = try await report(job, Array(all.dropFirst(5)))
        document = try JSON(fixture.text(rest.document))
        #expect(document["controlTotals"]?["addsUp"] == .bool(true))
        _ = try await fixture.ledger.putBack(job, at: .after(5000))
        let last = try #require(
            try await fixture.ledger.read { try $0.lastReconciliation(of: job) })
        let files = try await ReconciliationWriter(
            directory: fixture.folder + "/reports",
            options: ReportOptions(exactCSV: false, generatedAt: .after(6000), version: "0.1.0")
        ).write(last, of: job, from: fixture.ledger)
        document = try JSON(fixture.text(files.document))
        #expect(document["controlTotals"]?["addsUp"] == .bool(false))
    }

    @Test func `the table has a record for each row, and no formula`() async throws {
        let job = try await mixedJob(in: fixture)
        let files = try await report(job, findings(of: job))
        let lines = try fixture.text(files.table).split(separator: "\n")
        #expect(lines.count == job.rows + 1)
        #expect(
            lines[0].hasSuffix(
                ",BatonRow,BatonLine,BatonOutcome,BatonFinding,BatonMatched,BatonFindingMessage,"
                    + "BatonNewContactId,BatonCurrentContactId,BatonQueueId,BatonUserId,"
                    + "BatonEndedAt,BatonDisconnectReason,BatonCheckedAt"))
        #expect(lines.dropFirst().allSatisfy { $0.contains("'=SUM(1)") })
        #expect(lines[2].contains(",ended,yes,"))
        #expect(lines[2].contains(",'=API,"))
        #expect(!lines.contains { $0.contains(",=") })
    }
}
