import Report
import Testing
import TransferCore
import TransferLedger

struct ResultsTests {
    private let fixture: ReportFixture

    init() throws { fixture = try ReportFixture() }

    @Test func `says what became of each row, column by column`() async throws {
        let job = try await fixture.store([
            .valid(1), .valid(2), .rejected(3, "contact-3,,note 3"), .valid(4),
        ])
        var batch = RunBatch()
        batch.addThrottled(1)
        batch.add(1, .transferred)
        batch.add(2, .failed, code: "ResourceNotFoundException", message: "Not found, \"2\"")
        try await fixture.run(job, batch)

        let records = try parse(await fixture.report(job, \.results), delimiter: ",")

        #expect(
            records == [
                [
                    "ContactId", "QueueId", "Note", "BatonRow", "BatonLine", "BatonOutcome",
                    "BatonCode", "BatonMessage", "BatonNewContactId", "BatonAttempts",
                    "BatonRequestId", "BatonClientToken", "BatonStartedAt", "BatonFinishedAt",
                ],
                [
                    "contact-1", "queue-1", "note 1", "1", "2", "transferred", "", "", "new-1", "1",
                    "request-1", "baton-0123456789ab-1", "2026-11-22T20:00:01.123Z",
                    "2026-11-22T20:00:02.123Z",
                ],
                [
                    "contact-2", "queue-1", "note 2", "2", "3", "failed",
                    "ResourceNotFoundException", "Not found, \"2\"", "", "1", "request-2",
                    "baton-0123456789ab-2", "2026-11-22T20:00:01.123Z", "2026-11-22T20:00:02.123Z",
                ],
                [
                    "contact-3", "", "note 3", "3", "4", "rejected", "InvalidId",
                    "QueueId: The id is empty. Give one.", "", "0", "", "", "",
                    "2026-11-22T20:00:00.123Z",
                ],
                [
                    "contact-4", "queue-1", "note 4", "4", "5", "pending", "", "", "", "0", "",
                    "baton-0123456789ab-4", "", "",
                ],
            ])
    }

    @Test func `holds the rows of some outcomes alone where that is asked for`() async throws {
        let job = try await mixedJob(in: fixture)
        let files = try await fixture.write(job) { $0.only = [.failed, .uncertain] }
        let records = try parse(fixture.text(files.results), delimiter: ",")
        #expect(records.dropFirst().map { $0[5] } == ["failed", "uncertain"])
        #expect(
            try fixture.text(files.page).contains(
                "results.csv holds only the rows that are failed or uncertain, as --only asked."))
        let summary = try JSON(fixture.text(files.document))
        #expect(summary["resultsOnly"]?.array?.map(\.text) == ["failed", "uncertain"])
        let all = try await fixture.report(job, \.results)
        #expect(try parse(all, delimiter: ",").count == 9)
    }

    @Test func `begins both CSVs with a byte order mark where that is asked for`() async throws {
        let job = try await mixedJob(in: fixture)
        let files = try await fixture.write(job) { $0.byteOrderMark = true }
        for path in [files.results, files.retry] {
            #expect(
                try Array(fixture.text(path).utf8.prefix(6)) == [0xEF, 0xBB, 0xBF]
                    + Array("Con".utf8))
        }
        #expect(try await fixture.report(job, \.results).utf8.first == UInt8(ascii: "C"))
    }

    @Test(arguments: [",", ";", "\t"] as [Character])
    func `keeps the input's delimiter and values`(delimiter: Character) async throws {
        let d = String(delimiter)
        let values = [
            "contact-1", "queue-1", "a,b;c\td \"e\" \r\n f", " blank ", "", "é世\u{1F600}",
        ]
        let record = values.map(quoted).joined(separator: d)
        let header = ["ContactId", "QueueId", "A", "B", "C", "D"].joined(separator: d)
        let job = try await fixture.store(
            header: header, delimiter: delimiter, [.valid(1, record)])

        let files = try await fixture.write(job)

        let results = try parse(fixture.text(files.results), delimiter: delimiter)
        #expect(results.map(\.count) == [17, 17])
        #expect(Array(results[1].prefix(6)) == values)
        #expect(try parse(fixture.text(files.retry), delimiter: delimiter)[1] == values)
    }

    @Test func `fills up or cuts ragged rows, and leaves them whole in retry.csv`() async throws {
        let job = try await fixture.store([
            .rejected(1, "contact-1"), .rejected(2, "contact-2,queue-1,a,b,\"c,d\""),
        ])
        let files = try await fixture.write(job)

        let results = try parse(fixture.text(files.results), delimiter: ",")
        #expect(results.map(\.count) == [14, 14, 14])
        #expect(Array(results[1].prefix(4)) == ["contact-1", "", "", "1"])
        #expect(Array(results[2].prefix(4)) == ["contact-2", "queue-1", "a", "2"])
        #expect(
            try parse(fixture.text(files.retry), delimiter: ",") == [
                ["ContactId", "QueueId", "Note"], ["contact-1"],
                ["contact-2", "queue-1", "a", "b", "c,d"],
            ])
    }

    @Test func `puts the rows worth another try into retry.csv and no others`() async throws {
        let job = try await fixture.store((1...6).map { .valid($0) } + [.rejected(7, "x,,y")])
        var batch = RunBatch()
        batch.add(1, .transferred)
        batch.add(2, .failed, code: "InvalidRequestException")
        batch.add(3, .skipped, code: "AlreadyThere")
        batch.add(4, .uncertain, code: "Timeout")
        try await fixture.run(job, batch)

        let retry = try await fixture.report(job, \.retry)

        #expect(
            retry == """
                ContactId,QueueId,Note
                contact-2,queue-1,note 2
                contact-4,queue-1,note 4
                contact-5,queue-1,note 5
                contact-6,queue-1,note 6
                x,,y

                """)
    }

    @Test func `keeps an empty field of a single column as a record`() async throws {
        let job = try await fixture.store(header: "ContactId", [.rejected(1, "\"\"")])
        #expect(try await fixture.report(job, \.retry) == "ContactId\n\"\"\n")
    }

    @Test func `keeps a record that was edited in the ledger, and the rows after it`() async throws
    {
        let job = try await fixture.store([.rejected(1, "a,\"b"), .valid(2)])
        let results = try parse(await fixture.report(job, \.results), delimiter: ",")
        #expect(Array(results[1].prefix(4)) == ["a,\"b", "", "", "1"])
        #expect(Array(results[2].prefix(4)) == ["contact-2", "queue-1", "note 2", "2"])
    }
}

/// The records of a CSV text, by the parser that reads inputs.
func parse(_ text: String, delimiter: Character) throws -> [[String]] {
    var records: [[String]] = []
    var parser = CSVParser(delimiter: delimiter.asciiValue ?? 0)
    let bytes = Array(text.utf8)
    try parser.parse(bytes.span) { records.append($0.texts) }
    try parser.finish { records.append($0.texts) }
    return records
}

func quoted(_ field: String) -> String {
    "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        + "\""
}
