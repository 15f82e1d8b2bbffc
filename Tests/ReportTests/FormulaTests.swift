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

    @Test(arguments: ["+abc/==", "-5f0c-4", "-a:b_c.d", "+abc= ", "\t-x", "+1"])
    func `leaves an id as it is in the columns that Baton reads`(id: String) async throws {
        let job = try await fixture.store(
            header: "-ContactId,client token,Note",
            [.valid(1, "contact-1,\(quoted(id)),\(quoted(id))")])
        let files = try await fixture.write(job)
        for file in [files.results, files.retry] {
            let records = try parse(fixture.text(file), delimiter: ",")
            #expect(records[0].prefix(3) == ["-ContactId", "client token", "Note"])
            #expect(records[1].prefix(3) == ["contact-1", id, "'" + id])
        }
    }

    @Test(arguments: [
        "=HYPERLINK(\"http://x\",\"y\")", "@SUM(1)", "=1", "@a", "\t=1", "\t@a", "+SUM(A1)",
        "-cmd|' /C calc'!A0", "+Sheet2!A1", "-1 -1", "＝1", "\r-1", "+é",
    ])
    func `neutralises what could do harm in the columns that Baton reads`(
        formula: String
    ) async throws {
        let job = try await fixture.store([
            .rejected(1, "\(quoted(formula)),\(quoted(formula)),note")
        ])
        let files = try await fixture.write(job)
        for file in [files.results, files.retry] {
            let records = try parse(fixture.text(file), delimiter: ",")
            #expect(records[1].prefix(2) == ["'" + formula, "'" + formula])
        }
    }

    @Test(arguments: ["a=1", " =1", "'=1", "1-1", "", "｀", "\u{FF0C}"])
    func `leaves other texts alone`(text: String) async throws {
        let job = try await fixture.store([.valid(1, "contact-1,queue-1,\(quoted(text))")])
        let results = try parse(await fixture.report(job, \.results), delimiter: ",")
        #expect(results[1][2] == text)
    }
}
