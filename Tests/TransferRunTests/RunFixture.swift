import TestSupport
import TransferCore
import TransferLedger
import TransferRun

/// A ledger of its own with one job, to be run against a scripted service.
struct RunFixture {
    let directory = TemporaryDirectory()
    let ledger: Ledger
    let job: Job
    static let home = QueueID(valid: "home")

    /// Rows 1 to `rows` for the contacts `c-1` and on; those in `guarded` must be in `home`.
    ///
    /// - Parameters:
    ///   - way: by which flow to which queue a row goes.
    ///   - home: where a row's instance is; nil for the job's own.
    init(
        rows: Int, guarded: Set<Int> = [],
        way: (_ row: Int) -> (flow: String, queue: String) = { _ in ("f", "q") },
        home: (_ row: Int) -> Home? = { _ in nil }
    ) async throws {
        ledger = try Ledger(path: directory.file("ledger.sqlite"), whereAbsent: .create)
        job = try await ledger.store(
            (1...rows).map {
                Self.row($0, way($0), home: home($0), guarded: guarded.contains($0))
            }, at: .now, sealed: Self.seal(homes: Set((1...rows).compactMap(home))))
    }

    /// Options with which nothing waits long: a high quota and short backoffs.
    static var fast: RunOptions {
        var options = RunOptions()
        for operation in RowOperation.allCases {
            options.pace[operation] = .fixed(rate: 1000, burst: 100)
        }
        options.retry.firstWait = .milliseconds(1)
        options.retry.waitMax = .milliseconds(2)
        return options
    }

    /// Runs the job to the end of the run.
    func run(
        _ service: ScriptedService, _ options: RunOptions = fast,
        stops: AsyncStream<Void> = AsyncStream { _ in },
        onProgress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> RunEnding {
        let lane = RunLane(
            service, homes: nil, pending: try await totals()[.pending],
            place: QuotaPlace(endpoint: job.options.endpoint, region: job.options.region))
        return try await run([lane], options, stops: stops, onProgress: onProgress)
    }

    /// The same with services of several accounts and Regions.
    func run(
        _ lanes: [RunLane], _ options: RunOptions = fast,
        stops: AsyncStream<Void> = AsyncStream { _ in },
        onProgress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> RunEnding {
        try await TransferRun(job, ledger: ledger, lanes: lanes, options: options).run(
            by: RunWorker(host: "h", user: "u", processID: 1, bootID: "b", version: "0"),
            stops: stops,
            onProgress: onProgress)
    }

    func rows() async throws -> [RowRecord] {
        try await ledger.read { [job] reader in
            var rows: [RowRecord] = []
            try reader.forEachRow(of: job) { rows.append($0) }
            return rows
        }
    }

    func calls() async throws -> [CallSummary] {
        try await ledger.read { [job] reader in
            var calls: [CallSummary] = []
            try reader.forEachCall(of: job) { calls.append($0) }
            return calls
        }
    }

    func totals() async throws -> ControlTotals {
        try await ledger.read { [job] in try $0.totals(job) }
    }

    /// The rows that a next run would find in doubt.
    func rowsInDoubt() async throws -> [Int] {
        try await ledger.claim(1000, of: job, after: 0, at: .now)
            .filter { $0.inDoubtSince != nil }.map(\.row)
    }

    private static func row(
        _ row: Int, _ way: (flow: String, queue: String), home place: Home?, guarded: Bool
    ) -> TestRow {
        TestRow(
            line: row + 1, record: "c-\(row),q", contact: "c-\(row)",
            route: Route(
                instance: InstanceID(valid: "i"), home: place,
                flow: .id(ContactFlowID(valid: way.flow)),
                destination: .queue(.id(QueueID(valid: way.queue))),
                mustBeAt: guarded ? .queue(.id(home)) : nil))
    }

    private static func seal(homes: Set<Home>) -> Ledger.Seal {
        Ledger.Seal(
            id: JobID(valid: "0123456789ab"),
            input: JobInput(
                name: "in.csv", bytes: 10, sha256: String(repeating: "0", count: 64),
                delimiter: UInt8(ascii: ","), header: "ContactId,QueueId"),
            options: JobOptions(
                region: "us-east-1", endpoint: "http://127.0.0.1:1", instance: nil, flow: nil,
                flowDecides: false),
            homes: Dictionary(uniqueKeysWithValues: homes.map { ($0, "http://127.0.0.1:2") }))
    }
}
