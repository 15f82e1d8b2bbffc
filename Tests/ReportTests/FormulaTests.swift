import Report
import Testing
import TransferCore
import TransferLedger

struct FormulaTests {
    private let fixture: ReportFixture

    init() throws { fixture = try ReportFixture() }

    private static let formulas = [
        "=HYPERLINK(\"http://x\",\"y\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1",
        "＋1", "－1", "＠a",
    ]

    @Test(arguments: formulas)
    func `neutralises a formula in every file and column`(formula: String) async throws {
        let job = try await fixture.store(
            header: "ContactId,QueueId,\(quoted(formula))",
            [.valid(1, "contact-1,queue-1,\(quoted(formula))")])
        var batch = RunBatch()
        batch.add(1, .failed, code: formula, message: formula)
        try await fixture.run(job, batch)

        let files = try await fixture.write(job)

        let results = try parse(fixture.text(files.results), delimiter: ",")
        #expect(results[0][2] == "'" + formula)
        #expect([results[1][2], results[1][6], results[1][7]].allSatisfy { $0 == "'" + formula })
        let retry = try parse(fixture.text(files.retry), delimiter: ",")
        #expect(retry.map { $0[2] } == ["'" + formula, "'" + formula])
    }

    @Test(arguments: formulas)
    func `leaves a formula as it is where that is asked for`(formula: String) async throws {
        let job = try await fixture.store([.valid(1, "contact-1,queue-1,\(quoted(formula))")])
        let files = try await fixture.write(job, isExact: true)
        #expect(try parse(fixture.text(files.results), delimiter: ",")[1][2] == formula)
        #expect(try parse(fixture.text(files.retry), delimiter: ",")[1][2] == formula)
    }

    @Test(arguments: ["a=1", " =1", "'=1", "1-1", "", "｀", "\u{FF0C}"])
    func `leaves other texts alone`(text: String) async throws {
        let job = try await fixture.store([.valid(1, "contact-1,queue-1,\(quoted(text))")])
        let results = try parse(await fixture.report(job, \.results), delimiter: ",")
        #expect(results[1][2] == text)
    }
}
