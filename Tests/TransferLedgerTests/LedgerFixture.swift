import TestSupport
import TransferCore
import TransferLedger

/// A ledger of its own with one job, for one test.
struct LedgerFixture {
    let directory = TemporaryDirectory()
    let ledger: Ledger
    let job: Job
    static let noon = Timestamp(milliseconds: 1_800_000_000_000)

    init(rows: Int = 5, id: String = "0123456789ab") async throws {
        ledger = try Ledger(path: directory.file("ledger.sqlite"), whereAbsent: .create)
        job = try await Self.store(rows: rows, id: id, in: ledger)
    }

    static func store(rows: Int, id: String, in ledger: Ledger) async throws -> Job {
        try await ledger.store(self.rows(rows), at: noon, sealed: seal(id: id))
    }

    static func rows(_ count: Int) -> [TestRow] {
        (1...count).map { row in
            TestRow(
                line: row + 1, record: "c-\(row),q-1", contact: "c-\(row)",
                route: Route(
                    instance: InstanceID(valid: "i"), flow: .id(ContactFlowID(valid: "f")),
                    destination: .queue(.id(QueueID(valid: "q-1")))))
        }
    }

    static func seal(id: String) -> Ledger.Seal {
        Ledger.Seal(
            id: JobID(valid: id),
            input: JobInput(
                name: "in.csv", bytes: 10, sha256: String(repeating: "0", count: 64),
                delimiter: UInt8(ascii: ","), header: "ContactId,QueueId"),
            options: JobOptions(
                region: "us-east-1", endpoint: "http://127.0.0.1:1", instance: nil, flow: nil,
                flowDecides: false))
    }

    func beginRun() async throws -> Int64 {
        try await ledger.beginRun(
            of: job, by: RunWorker(host: "h", user: "u", processID: 1, bootID: "b", version: "0"),
            settings: RunSettings(pace: "auto", concurrency: 1, attemptsMax: 8), at: Self.noon)
    }

    func rows() async throws -> [RowRecord] {
        try await ledger.read { [job] reader in
            var rows: [RowRecord] = []
            try reader.forEachRow(of: job) { rows.append($0) }
            return rows
        }
    }

    func totals() async throws -> ControlTotals {
        try await ledger.read { [job] in try $0.totals(job) }
    }
}
