import FoundationEssentials
import Report
import TestSupport
import TransferCore
import TransferLedger

/// A ledger with one job, in a folder of its own, and the reports written from it.
final class ReportFixture: Sendable {
    let folder: String
    let ledger: Ledger

    static let start = Timestamp(milliseconds: 1_795_377_600_123)
    static let header = "ContactId,QueueId,Note"

    init() throws {
        folder =
            FileManager.default.temporaryDirectory.path + "/baton-report-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        ledger = try Ledger(path: folder + "/baton.sqlite", whereAbsent: .create)
    }

    deinit {
        // Nothing depends on it: the folder is a temporary one.
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Stores a job of these rows.
    func store(
        header: String = header, delimiter: Character = ",", name: String = "agents.csv",
        _ rows: [TestRow]
    ) async throws -> Job {
        try await ledger.store(
            rows, at: Self.start,
            sealed: Ledger.Seal(
                id: JobID(valid: "0123456789ab"),
                input: JobInput(
                    name: name, bytes: 4711, sha256: String(repeating: "ab", count: 32),
                    delimiter: delimiter.asciiValue ?? 0, header: header),
                options: JobOptions(
                    region: "eu-central-1", endpoint: "https://connect.eu-central-1.amazonaws.com",
                    instance: InstanceID(valid: "instance-1"),
                    flow: .id(ContactFlowID(valid: "flow-1")), flowDecides: false)))
    }

    /// Opens a run, claims every row, commits what happened and ends the run.
    func run(_ job: Job, at seconds: Int64 = 1, ending: String? = "finished", _ batch: RunBatch)
        async throws
    {
        let run = try await ledger.beginRun(
            of: job,
            by: RunWorker(
                host: "ops-1", user: "mara", processID: 42, bootID: "b", version: "0.1.0"),
            settings: RunSettings(pace: "auto", concurrency: 8, attemptsMax: 8), at: .after(seconds)
        )
        _ = try await ledger.claim(job.rows, of: job, after: 0, at: .after(seconds))
        try await ledger.commit(batch, of: job, run: run)
        if let ending {
            try await ledger.endRun(run, ending: ending, at: .after(seconds + 60))
        }
    }

    func ledgerID() async throws -> String { try await ledger.read { try $0.ledgerID() } }

    /// Writes the report, and reads the file that `path` names of it.
    func report(
        _ job: Job, isExact: Bool = false, _ path: (ReportFiles) -> String
    ) async throws -> String {
        try await text(path(write(job, isExact: isExact)))
    }

    /// Writes the report.
    func write(
        _ job: Job, isExact: Bool = false, _ change: (inout ReportOptions) -> Void = { _ in }
    ) async throws -> ReportFiles {
        try await writer(isExact: isExact, change).write(job, from: ledger)
    }

    func writer(
        isExact: Bool = false, _ change: (inout ReportOptions) -> Void = { _ in }
    ) -> ReportWriter {
        var options = ReportOptions(
            exactCSV: isExact, generatedAt: .after(3600), version: "0.1.0")
        change(&options)
        return ReportWriter(directory: folder + "/reports", options: options)
    }

    /// The text of a file.
    func text(_ path: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}

extension Timestamp {
    /// So many seconds after the job was stored.
    static func after(_ seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: ReportFixture.start.milliseconds + seconds * 1000)
    }
}

extension TestRow {
    /// A valid row whose contact goes to a queue.
    static func valid(_ row: Int, _ record: String? = nil, queue: String = "queue-1") -> TestRow {
        TestRow(
            line: row + 1, record: record ?? "contact-\(row),\(queue),note \(row)",
            contact: "contact-\(row)",
            route: Route(
                instance: InstanceID(valid: "instance-1"),
                flow: .id(ContactFlowID(valid: "flow-1")),
                destination: .queue(.id(QueueID(valid: queue)))))
    }

    static func rejected(
        _ row: Int, _ record: String, message: String = "The id is empty. Give one."
    ) -> TestRow {
        TestRow(
            line: row + 1, record: record,
            ended: EndedRow(
                row: row, outcome: .rejected, code: .invalidID, column: .queueID, message: message))
    }
}

extension RunBatch {
    /// Adds a row's outcome and its one call, which ends `at` seconds after the job was stored.
    mutating func add(
        _ row: Int, _ outcome: Outcome, code: String? = nil, message: String? = nil,
        at seconds: Int64 = 2
    ) {
        let isTransferred = outcome == .transferred
        calls.append(
            CallRecord(
                row: row, operation: .transferContact, startedAt: .after(seconds - 1),
                finishedAt: .after(seconds), duration: .milliseconds(80),
                failure: code.map {
                    TransferFailure(
                        code: $0, message: message ?? "", httpStatus: 400, advice: .permanent)
                },
                requestID: "request-\(row)"))
        outcomes.append(
            RowOutcome(
                row: row, outcome: outcome, code: code, message: message,
                newContact: isTransferred ? ContactID(valid: "new-\(row)") : nil,
                requestID: "request-\(row)", at: .after(seconds)))
    }

    /// Adds a throttled call.
    mutating func addThrottled(_ row: Int, at seconds: Int64 = 1) {
        calls.append(
            CallRecord(
                row: row, operation: .transferContact, startedAt: .after(seconds),
                finishedAt: .after(seconds), duration: .milliseconds(5),
                failure: TransferFailure(
                    code: "ThrottlingException", message: "Rate exceeded", httpStatus: 429,
                    advice: .throttled(retryAfter: nil)),
                requestID: nil))
    }
}
