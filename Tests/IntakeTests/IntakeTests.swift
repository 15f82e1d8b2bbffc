import Intake
import TestSupport
import Testing
import TransferCore
import TransferLedger

struct IntakeTests {
    private let directory = TemporaryDirectory()
    private let noon = Timestamp(milliseconds: 1_800_000_000_000)
    private let options = JobOptions(
        region: "us-east-1", endpoint: "https://connect.us-east-1.amazonaws.com",
        instance: InstanceID(valid: "i"), flow: .id(ContactFlowID(valid: "f")), flowDecides: false)

    private var intake: IntakeOptions {
        IntakeOptions(
            defaults: RowDefaults(
                instance: options.instance, flow: options.flow, region: options.region))
    }

    private func ledger() throws -> Ledger {
        try Ledger(path: directory.file("ledger.sqlite"), whereAbsent: .create)
    }

    private func rows(_ job: Job, in ledger: Ledger) async throws -> [RowRecord] {
        try await ledger.read { reader in
            var rows: [RowRecord] = []
            try reader.forEachRow(of: job) { rows.append($0) }
            return rows
        }
    }

    private func ingest(_ bytes: [UInt8]) async throws -> (job: Job, rows: [RowRecord]) {
        let ledger = try ledger()
        let path = directory.write(bytes, to: "in.csv")
        let job = try await Intake.ingest(path, job: options, intake, into: ledger, at: noon)
            .stored.job
        return (job, try await rows(job, in: ledger))
    }

    private func refusal(_ bytes: [UInt8]) -> IntakeError? {
        let path = directory.write(bytes, to: "in.csv")
        do {
            _ = try Intake.check(path, options: intake)
            return nil
        } catch {
            return error as? IntakeError
        }
    }

    @Test func `every record becomes a row, valid or rejected, in order and as it stood`()
        async throws
    {
        let text = "ContactId,QueueId,Note\r\nc-1,q-1,\"a,\"\"b\"\"\"\r\nc-2,,x\r\n\r\nc-3,q-1,é"
        let (job, rows) = try await ingest(Array(text.utf8))
        #expect(job.rows == 3)
        #expect(job.input.bytes == text.utf8.count)
        #expect(job.input.header == "ContactId,QueueId,Note")
        #expect(rows.map(\.outcome) == [.pending, .rejected, .pending])
        #expect(rows.map(\.line) == [2, 3, 5])
        #expect(rows.map(\.record) == ["c-1,q-1,\"a,\"\"b\"\"\"", "c-2,,x", "c-3,q-1,é"])
        #expect(rows[1].code == "NoDestination")
        #expect(rows[1].contact == "c-2")
        #expect(rows[1].token == nil)
    }

    @Test func `the same content with the same options is the same job, else another`()
        async throws
    {
        let text = Array("ContactId,QueueId\nc-1,q-1\n".utf8)
        let first = try await ingest(text).job
        let path = directory.write(text, to: "other-name.csv")
        let ledger = try ledger()
        let again = try await Intake.ingest(path, job: options, intake, into: ledger, at: noon)
        guard case .existing(let same) = again.stored else {
            Issue.record("stored twice")
            return
        }
        #expect(same.id == first.id)
        let changes: [(inout JobOptions) -> Void] = [
            { $0.region = "eu-west-2" }, { $0.endpoint = "http://127.0.0.1:1" },
            { $0.instance = InstanceID(valid: "j") }, { $0.flow = .id(ContactFlowID(valid: "g")) },
            { $0.flowDecides = true },
        ]
        var ids: Set<JobID> = [first.id]
        for change in changes {
            var options = options
            change(&options)
            guard
                case .created(let job) = try await Intake.ingest(
                    path, job: options, intake, into: ledger, at: noon
                ).stored
            else {
                Issue.record("\(options) is the same job")
                continue
            }
            ids.insert(job.id)
        }
        #expect(ids.count == 6)
    }

    @Test func `the digest is the file's SHA-256`() async throws {
        let job = try await ingest(Array("ContactId\nc-1\n".utf8)).job
        // printf 'ContactId\nc-1\n' | sha256sum
        #expect(
            job.input.sha256
                == "5da8ece89b60c490d4e2c804c467b759c1bdac03d8e199a03f7d7534e53f7cd6")
    }

    @Test func `reads what spreadsheets write: marks, UTF-16, semicolons, sep lines`()
        async throws
    {
        let text = "ContactId;QueueId;Note\r\nc-1;q-1;é😀\r\n"
        let units = Array(text.utf16)
        var little: [UInt8] = [0xFF, 0xFE]
        var big: [UInt8] = [0xFE, 0xFF]
        for unit in units {
            little += [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            big += [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        }
        let variants: [[UInt8]] = [
            Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), little, big,
            Array(("sep=;\r\n" + text).utf8),
        ]
        for (index, bytes) in variants.enumerated() {
            let (_, rows) = try await ingest(bytes)
            #expect(rows.map(\.record) == ["c-1;q-1;é😀"], "variant \(index)")
            #expect(rows.map(\.outcome) == [.pending], "variant \(index)")
            #expect(rows.map(\.line) == [index == 4 ? 3 : 2], "variant \(index)")
        }
    }

    @Test func `an input larger than what is read at a time is read whole`() async throws {
        var rng = SplitMix64(seed: 5)
        var text = "ContactId,QueueId,Note\n"
        for row in 1...20_000 {
            let note = String(repeating: "é\"\"\n", count: Int.random(in: 0...12, using: &rng))
            text += "c-\(row),q-1,\"\(note)\"\n"
        }
        let (job, rows) = try await ingest(Array(text.utf8))
        #expect(job.rows == 20_000)
        #expect(rows.allSatisfy { $0.outcome == .pending })
        #expect(rows.map(\.contact) == (1...20_000).map { "c-\($0)" })
    }

    @Test func `refuses what is no CSV, in words that help`() {
        let header = Array("ContactId\n".utf8)
        let cases: [([UInt8], String)] = [
            ([], "is empty"),
            (header, "no rows"),
            ([0x50, 0x4B, 0x03, 0x04] + header, "Excel workbook"),
            ([0x1F, 0x8B, 0x08], "gzip"),
            ([0xFF, 0xFE, 0x00, 0x00, 0x41, 0, 0, 0], "UTF-32"),
            (Array(" \n<TABLE><tr><td>ContactId</td></tr></TABLE>".utf8), "HTML page"),
            (header + [0x63, 0xE9, 0x0A], "line 2, column 2 (byte 11): this is not UTF-8"),
            (Array("ContactId\nc-1\0\n".utf8), "NUL"),
            (Array("ContactId\n\"c-1\n".utf8), "never closed"),
            (Array("Id;Queue\n1;2\n".utf8), "no column ContactId"),
            ([0xFF, 0xFE, 0x41], "UTF-16"),
            (Array("ContactId,contact id\nc,d\n".utf8), "columns 1 and 2 are both ContactId"),
            (Array("ContactId\n\"c\"d\n".utf8), "line 2, column 4 (byte 13): text follows"),
            (Array("\n\r\n \n".utf8), "no column ContactId"),
            (Array("\n\r\n".utf8), "no header"),
        ]
        for (bytes, words) in cases {
            let error = refusal(bytes)
            #expect(error?.code == .refused, "\(words)")
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "accepted")")
        }
    }

    @Test(arguments: [100, 300_000])
    func `says where a text is no longer UTF-16, and in which file`(rows: Int) {
        var bytes: [UInt8] = [0xFF, 0xFE]
        for byte in Array("ContactId,QueueId\n".utf8) + [UInt8](repeating: 0x0A, count: rows) {
            bytes += [byte, 0]
        }
        let offset = bytes.count
        let message = refusal(bytes + [0x00, 0xDC, 0x0A, 0x00])?.message
        #expect(message?.contains("in.csv, byte \(offset): this is no UTF-16") == true)
    }

    @Test func `tells a missing file from a folder`() {
        #expect(throws: IntakeError.self) {
            try Intake.check(directory.file("none.csv"), options: intake)
        }
        let code = { (path: String) -> IntakeError.Code? in
            do {
                _ = try Intake.check(path, options: intake)
                return nil
            } catch { return (error as? IntakeError)?.code }
        }
        #expect(code(directory.file("none.csv")) == .missing)
        #expect(code(directory.path) == .unreadable)
    }

    @Test(arguments: [1, -1, 0])
    func `notices a file that grows, shrinks or is written again while it is read`(by bytes: Int)
        throws
    {
        let text = "ContactId,QueueId\n" + (1...60_000).map { "c-\($0),q-1\n" }.joined()
        let path = directory.write(text, to: "in.csv")
        var scan = try InputScan(path, options: intake)
        #expect(try scan.next()?.count ?? 0 > 0)
        // By 0 bytes: it is the same again, written at another time.
        let now = bytes > 0 ? text + "c,q\n" : String(text.dropLast(bytes < 0 ? 9 : 0))
        directory.write(now, to: "in.csv")
        var refusal: IntakeError?
        do {
            while try scan.next() != nil {}
        } catch { refusal = error as? IntakeError }
        #expect(
            refusal?.message.contains("was changed while it was read") == true,
            "\(refusal?.message ?? "taken")")
    }

    @Test func `a refused input leaves nothing in the ledger`() async throws {
        let ledger = try ledger()
        let path = directory.write("ContactId,QueueId\nc-1,q-1\n\"c-2", to: "in.csv")
        await #expect(throws: IntakeError.self) {
            try await Intake.ingest(path, job: options, intake, into: ledger, at: noon)
        }
        #expect(try await ledger.read { try $0.jobs() }.isEmpty)
    }

    @Test func `sums up what is wrong, with the first examples`() throws {
        var text = "ContactId,QueueId\n"
        for row in 1...10 { text += row.isMultiple(of: 2) ? "c-\(row),\n" : "c-\(row),q\n" }
        let path = directory.write(text + ",q\n,\n", to: "in.csv")
        let summary = try Intake.check(path, options: intake)
        #expect(summary.rows == 12)
        #expect(summary.valid == 5)
        #expect(summary.rejected == 6)
        #expect(summary.skipped == 1)
        #expect(summary.findings.map(\.code) == [.noDestination, .missingValue, .blankRow])
        #expect(summary.findings.map(\.count) == [5, 1, 1])
        #expect(summary.findings.map(\.outcome) == [.rejected, .rejected, .skipped])
        #expect(summary.findings.first?.examples.map(\.line) == [3, 5, 7])
    }

    @Test func `refuses the whole input at the first invalid row where it is asked to`() {
        var intake = intake
        intake.isStrict = true
        let strict = { (text: String) -> String? in
            do {
                _ = try Intake.check(directory.write(text, to: "in.csv"), options: intake)
                return nil
            } catch { return (error as? IntakeError)?.message }
        }
        #expect(strict("ContactId,QueueId\nc-1,q\nc-1,q\n,\n") == nil)
        #expect(
            strict("ContactId,QueueId\nc-1,q\nc-2,\nc-3,\n")?.contains("row 2 (line 3)") == true)
        #expect(strict("ContactId,QueueId\nc-1,q\nc-1,r\n")?.contains("row 2 (line 3)") == true)
    }

    @Test func `puts a limit on rows, columns and lengths`() {
        let text = "ContactId,QueueId,Note\nc-1,q-1,note\nc-2,q-1,note\n"
        let path = directory.write(text, to: "in.csv")
        let check = { (change: (inout CSVLimits) -> Void) -> String? in
            var intake = intake
            change(&intake.limits)
            do {
                _ = try Intake.check(path, options: intake)
                return nil
            } catch { return (error as? IntakeError)?.message }
        }
        #expect(check { $0.rowsMax = 2 } == nil)
        #expect(check { $0.rowsMax = 1 }?.contains("line 3: there are more than 1 rows") == true)
        #expect(check { $0.columnsMax = 2 }?.contains("line 1, column 19") == true)
        #expect(check { $0.fieldBytesMax = 8 }?.contains("line 1, column 1") == true)
        #expect(check { $0.recordBytesMax = 21 }?.contains("line 1, column 1 (byte 0)") == true)
    }

    @Test func `says at which byte of the file a quote was opened, in any encoding`() {
        let text = "ContactId,Note\r\nc-1,é😀\r\n\r\nc-2,\"😀"
        #expect(refusal(Array(text.utf8))?.message.contains("line 4, column 5 (byte 34)") == true)
        var bytes: [UInt8] = [0xFF, 0xFE]
        for unit in text.utf16 { bytes += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let units = text.utf16.count - 3
        #expect(
            refusal(bytes)?.message.contains("line 4, column 5 (byte \(2 + 2 * units))") == true)
    }
}

struct OverlapTests {
    private let directory = TemporaryDirectory()

    @Test func `names the other open jobs that are to move the same contacts`() async throws {
        let ledger = try Ledger(path: directory.file("ledger.sqlite"), whereAbsent: .create)
        let options = JobOptions(
            region: "us-east-1", endpoint: "http://127.0.0.1:1", instance: InstanceID(valid: "i"),
            flow: .id(ContactFlowID(valid: "f")), flowDecides: false)
        let intake = IntakeOptions(
            defaults: RowDefaults(instance: options.instance, flow: options.flow))
        let store = { (name: String, lines: [String]) in
            let text = (["ContactId,QueueId"] + lines).joined(separator: "\n")
            return try await Intake.ingest(
                directory.write(text, to: name), job: options, intake, into: ledger,
                at: Timestamp(milliseconds: 0)
            ).stored.job
        }
        let first = try await store("a.csv", ["c-1,q", "c-2,q", "c-3,q"])
        #expect(try await Overlap.find(first, in: ledger).isEmpty)
        let second = try await store("b.csv", ["d-1,q", "C-3,q", "c-2,q"])
        _ = try await store("c.csv", ["e-1,q", ",q"])
        let found = try await Overlap.find(second, in: ledger)
        #expect(
            found == [Overlap(other: first, contacts: 2, firstContact: "c-3", firstLine: 3)])

        // What is done already stands in nobody's way.
        let ended = [2, 3].map {
            EndedRow(row: $0, outcome: .skipped, code: .alreadyThere, column: nil, message: "")
        }
        try await ledger.end(ended, of: first, at: Timestamp(milliseconds: 1))
        #expect(try await Overlap.find(second, in: ledger).isEmpty)
    }
}

struct DuplicateTests {
    private let directory = TemporaryDirectory()

    private struct Row: Equatable {
        var outcome: Outcome
        var code: String?
        /// The line that its message names.
        var line: Int?
    }

    private func rows(_ text: String) async throws -> [Row] {
        let ledger = try Ledger(path: directory.file("ledger.sqlite"), whereAbsent: .create)
        let options = JobOptions(
            region: "us-east-1", endpoint: "http://127.0.0.1:1", instance: InstanceID(valid: "i"),
            flow: .id(ContactFlowID(valid: "f")), flowDecides: false)
        let intake = IntakeOptions(
            defaults: RowDefaults(instance: options.instance, flow: options.flow))
        let path = directory.write(text, to: "in.csv")
        let ingested = try await Intake.ingest(
            path, job: options, intake, into: ledger, at: Timestamp(milliseconds: 0))
        let job = ingested.stored.job
        let rows = try await ledger.read { reader in
            var rows: [Row] = []
            try reader.forEachRow(of: job) { row in
                let line = row.message?.split(separator: " ").compactMap { Int($0) }.first
                rows.append(Row(outcome: row.outcome, code: row.code, line: line))
            }
            return rows
        }
        let summary = try #require(ingested.summary)
        #expect(summary.rejected == rows.count { $0.outcome == .rejected })
        #expect(summary.skipped == rows.count { $0.outcome == .skipped })
        for finding in summary.findings {
            #expect(finding.count == rows.count { $0.code == finding.code.rawValue })
        }
        return rows
    }

    private func rejected(_ code: String, _ line: Int) -> Row {
        Row(outcome: .rejected, code: code, line: line)
    }

    private let pending = Row(outcome: .pending, code: nil, line: nil)
    private let id = "Aaaaaaaa-2222-3333-4444-555555555555"

    @Test func `a contact that goes to the same place twice is moved once`() async throws {
        let rows = try await rows(
            "ContactId,QueueId\nAb-1,q-1\nc-2,q-1\naB-1,q-1\n\(id),q-1\n\(id.lowercased()),q-1\n")
        let skipped = { Row(outcome: .skipped, code: "RepeatedContact", line: $0) }
        #expect(rows == [pending, pending, skipped(2), pending, skipped(5)])
    }

    @Test func `a contact that goes to two places is not moved, and each row names another`()
        async throws
    {
        let rows = try await rows(
            "ContactId,QueueId\n\(id),q-1\nc-2,q-1\n\(id),q-1\n\(id),q-2\n\(id),q-1\n\(id),q-3\n")
        #expect(
            rows == [
                rejected("DuplicateContact", 5), pending, rejected("DuplicateContact", 5),
                rejected("DuplicateContact", 2), rejected("DuplicateContact", 5),
                rejected("DuplicateContact", 2),
            ])
    }

    @Test func `the flow is a contact's destination where nothing else is`() async throws {
        let rows = try await rows(
            "ContactId,ContactFlowId\nc-1,f-1\nc-1,f-1\nc-2,f-1\nc-2,f-2\n")
        #expect(
            rows == [
                pending, Row(outcome: .skipped, code: "RepeatedContact", line: 2),
                rejected("DuplicateContact", 5), rejected("DuplicateContact", 4),
            ])
    }

    @Test func `a client token is good for one contact`() async throws {
        let rows = try await rows(
            "ContactId,QueueId,ClientToken\nc-1,q,t-1\nc-1,q,t-1\nc-2,q,t-1\nc-2,q,t-2\nc-3,q,T-1\n"
        )
        #expect(
            rows == [
                pending, Row(outcome: .skipped, code: "RepeatedContact", line: 2),
                rejected("DuplicateToken", 2), pending, pending,
            ])
    }

    @Test func `a contradiction of a hundred thousand rows is told in parts, and to all`()
        async throws
    {
        let count = 100_000
        let text =
            "ContactId,QueueId\n" + String(repeating: "\(id),q-1\n", count: count) + "\(id),q-2\n"
        var scan = try InputScan(
            directory.write(text, to: "parts.csv"),
            options: IntakeOptions(
                defaults: RowDefaults(
                    instance: InstanceID(valid: "i"), flow: .id(ContactFlowID(valid: "f")))))
        var largest = 0
        while let batch = try scan.next() { largest = max(largest, batch.ended.count) }
        #expect(largest < count / 2)
        let rows = try await rows(text)
        let others = Array(repeating: rejected("DuplicateContact", count + 2), count: count)
        #expect(rows == others + [rejected("DuplicateContact", 2)])
    }

    @Test func `finds every one among tens of thousands, over all batches`() async throws {
        var rng = SplitMix64(seed: 3)
        var goals: [Int: (first: Int, isContradicted: Bool)] = [:]
        var text = "ContactId,QueueId\n"
        var asked: [(contact: Int, goal: Int)] = []
        for _ in 0..<40_000 {
            let contact = Int.random(in: 0..<30_000, using: &rng)
            let goal = Int.random(in: 0..<5, using: &rng) / 4
            text += "c-\(contact),q-\(goal)\n"
            asked.append((contact, goal))
            let known = goals[contact]
            goals[contact] = (
                known?.first ?? goal, known.map { $0.isContradicted || $0.first != goal } ?? false
            )
        }
        var seen: Set<Int> = []
        let expected = asked.map { contact, _ -> Outcome in
            if goals[contact]?.isContradicted == true { return .rejected }
            return seen.insert(contact).inserted ? .pending : .skipped
        }
        let rows = try await rows(text)
        #expect(rows.map(\.outcome) == expected)
    }
}
