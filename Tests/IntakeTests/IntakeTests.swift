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
        instance: InstanceID(valid: "i"), flow: ContactFlowID(valid: "f"), flowDecides: false)

    private var defaults: RowDefaults {
        RowDefaults(instance: options.instance, flow: options.flow, region: options.region)
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
        switch try await Intake.ingest(path, options: options, into: ledger, at: noon) {
        case .created(let job), .existing(let job):
            return (job, try await rows(job, in: ledger))
        }
    }

    private func refusal(_ bytes: [UInt8]) -> IntakeError? {
        let path = directory.write(bytes, to: "in.csv")
        do {
            _ = try Intake.check(path, defaults: defaults)
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

    @Test func `a contact's second row is rejected with the line of the first`() async throws {
        let text = "ContactId,QueueId\nAb-1,q-1\nc-2,q-1\naB-1,q-2\n"
        let (_, rows) = try await ingest(Array(text.utf8))
        #expect(rows.map(\.outcome) == [.pending, .pending, .rejected])
        #expect(rows[2].code == "DuplicateContact")
        #expect(rows[2].column == "ContactId")
        #expect(rows[2].message?.contains("line 2") == true)
    }

    @Test func `the same content with the same options is the same job, else another`()
        async throws
    {
        let text = Array("ContactId,QueueId\nc-1,q-1\n".utf8)
        let first = try await ingest(text).job
        let path = directory.write(text, to: "other-name.csv")
        let ledger = try ledger()
        let again = try await Intake.ingest(path, options: options, into: ledger, at: noon)
        guard case .existing(let same) = again else {
            Issue.record("stored twice")
            return
        }
        #expect(same.id == first.id)
        let changes: [(inout JobOptions) -> Void] = [
            { $0.region = "eu-west-2" }, { $0.endpoint = "http://127.0.0.1:1" },
            { $0.instance = InstanceID(valid: "j") }, { $0.flow = ContactFlowID(valid: "g") },
            { $0.flowDecides = true },
        ]
        var ids: Set<JobID> = [first.id]
        for change in changes {
            var options = options
            change(&options)
            guard
                case .created(let job) = try await Intake.ingest(
                    path, options: options, into: ledger, at: noon)
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
            (header + [0x63, 0xE9, 0x0A], "byte 11: this is not UTF-8"),
            (Array("ContactId\nc-1\0\n".utf8), "NUL"),
            (Array("ContactId\n\"c-1\n".utf8), "never closed"),
            (Array("Id;Queue\n1;2\n".utf8), "no column ContactId"),
            ([0xFF, 0xFE, 0x41], "UTF-16"),
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
            try Intake.check(directory.file("none.csv"), defaults: defaults)
        }
        let code = { (path: String) -> IntakeError.Code? in
            do {
                _ = try Intake.check(path, defaults: defaults)
                return nil
            } catch { return (error as? IntakeError)?.code }
        }
        #expect(code(directory.file("none.csv")) == .missing)
        #expect(code(directory.path) == .unreadable)
    }

    @Test func `a refused input leaves nothing in the ledger`() async throws {
        let ledger = try ledger()
        let path = directory.write("ContactId,QueueId\nc-1,q-1\n\"c-2", to: "in.csv")
        await #expect(throws: IntakeError.self) {
            try await Intake.ingest(path, options: options, into: ledger, at: noon)
        }
        #expect(try await ledger.read { try $0.jobs() }.isEmpty)
    }

    @Test func `sums up what is wrong, with the first examples`() throws {
        var text = "ContactId,QueueId\n"
        for row in 1...10 { text += row.isMultiple(of: 2) ? "c-\(row),\n" : "c-\(row),q\n" }
        let path = directory.write(text + ",q\n", to: "in.csv")
        let summary = try Intake.check(path, defaults: defaults)
        #expect(summary.rows == 11)
        #expect(summary.valid == 5)
        #expect(summary.rejected == 6)
        #expect(summary.problems.map(\.code) == [.noDestination, .missingValue])
        #expect(summary.problems.map(\.count) == [5, 1])
        #expect(summary.problems.first?.examples.map(\.line) == [3, 5, 7])
    }
}
