import FoundationEssentials
import Report
import Testing
import TransferCore
import TransferLedger

/// The page that a person reads and signs.
struct ReconciliationPageTests {
    private let fixture: ReportFixture

    init() throws { fixture = try ReportFixture() }

    /// The page of a job of which these rows were found so.
    private func page(
        rows: Int, _ findings: [(Int, Finding)], message: String = "m"
    ) async throws -> String {
        let job = try await fixture.store((1...max(rows, 1)).prefix(rows).map { .valid($0) })
        var batch = RunBatch()
        for row in (1...max(rows, 1)).prefix(rows) { batch.add(row, .transferred) }
        try await fixture.run(job, batch)
        let reconciliation = try await fixture.ledger.beginReconciliation(
            of: job,
            by: RunWorker(
                host: "ops-1", user: "mara", processID: 42, bootID: "b", version: "0.1.0"),
            at: .after(100))
        try await fixture.ledger.note(
            caller: "arn:aws:iam::111122223333:user/mara", of: reconciliation.number)
        try await fixture.ledger.commit(
            findings.map { row, finding in
                FoundRow(
                    row: row, outcome: .transferred, found: Inquiry.Found(finding, message),
                    checkedAt: .after(120))
            }, of: job, for: reconciliation.number)
        if findings.count == rows {
            try await fixture.ledger.endReconciliation(
                reconciliation.number, of: job, at: .after(130))
        }
        let last = try await fixture.ledger.read { try $0.lastReconciliation(of: job) }
        return try await fixture.text(
            ReconciliationWriter(
                directory: fixture.folder + "/reports",
                options: ReportOptions(
                    exactCSV: false, generatedAt: .after(3600), version: "0.1.0")
            ).write(try #require(last), of: job, from: fixture.ledger).page)
    }

    @Test func `says in words that all is well`() async throws {
        let page = try await page(rows: 3, [(1, .landed), (2, .movedOn), (3, .ended)])
        #expect(page.contains("<h1>Amazon Connect agrees with the ledger on all 3 rows.</h1>"))
        #expect(page.contains("header class=\"good\""))
        #expect(page.contains("All three have the same rows."))
        #expect(!page.contains("class=\"differs\""))
        #expect(page.contains("<p>None.</p>"))
    }

    @Test func `says how many need a person, and shows where the sides differ`() async throws {
        let page = try await page(rows: 3, [(1, .landed), (2, .notFound), (3, .notLanded)])
        #expect(page.contains("agrees with the ledger on 1 of 3 rows; 2 need you."))
        #expect(page.contains("header class=\"amiss\""))
        #expect(page.contains("Amazon Connect has 1 row fewer."))
        #expect(page.contains("Amazon Connect has 1 row more."))
        #expect(page.contains("1 row not found, transferred by the ledger"))
        #expect(page.contains("1 row not landed, transferred by the ledger"))
        #expect(page.contains("1 matched, 2 exceptions"))
    }

    @Test func `says what is left where it was stopped`() async throws {
        let page = try await page(rows: 3, [(1, .landed)])
        #expect(page.contains("on 1 row so far. 2 rows are still to be asked for."))
        #expect(page.contains("header class=\"open\""))
        #expect(page.contains("<code>baton reconcile 0123456789ab</code> goes on."))
    }

    @Test func `has of an empty job nothing to ask`() async throws {
        let page = try await page(rows: 0, [])
        #expect(page.contains("The input holds no rows: there was nothing to ask for."))
    }

    @Test func `ends with what is signed: figures, digests and blanks`() async throws {
        let page = try await page(rows: 2, [(1, .landed), (2, .notFound)])
        let signing = try #require(page.firstRange(of: "To be signed"))
        let end = page[signing.upperBound...]
        #expect(end.contains("2 were held against Amazon Connect: 1 matched, 1 exception."))
        #expect(end.contains(String(repeating: "ab", count: 32)))
        for blank in ["<li>Name</li>", "<li>Date</li>", "<li>Signature</li>"] {
            #expect(end.contains(blank))
        }
        #expect(page.contains("arn:aws:iam::111122223333:user/mara"))
    }

    @Test func `shows a hundred rows of a kind, and says where the others are`() async throws {
        let page = try await page(rows: 150, (1...150).map { ($0, .notFound) })
        #expect(page.contains("The first 100 stand here; all of them are in reconciliation.csv."))
        #expect(page.split(separator: "<td class=\"message\">").count == 101)
    }

    @Test func `holds what a row or the service says as text alone`() async throws {
        let page = try await page(
            rows: 1, [(1, .notFound)],
            message: "<script>alert(1)</script>\"><img onerror=x>\u{202E}")
        #expect(!page.contains("<script"))
        #expect(!page.contains("<img"))
        #expect(page.contains("[U+202E]"))
        #expect(page.contains("default-src 'none'; style-src 'nonce-"))
    }
}
