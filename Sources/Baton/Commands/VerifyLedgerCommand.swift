import ArgumentParser
import TransferCore
import TransferLedger

/// `baton verify-ledger [JOB]`: whether all in the ledger is as it was committed.
struct VerifyLedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-ledger",
        abstract: "Finds rows and outcomes that were edited, removed or added afterwards.",
        discussion: "Exit status: 0 all is as it was committed · 1 it is not.")

    @Argument(help: "The job's id, or its beginning. Default: all jobs of the ledger.")
    var job: String?

    @Option(
        help: ArgumentHelp(
            """
            An earlier report of the job: its summary.json, or LENGTH:HEAD as its page tells them. \
            The chain must have had that head then.
            """, valueName: "report"))
    var against: EarlierReport?

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let kept = try against?.kept()
        let store = try Ledger(path: ledger.path, whereAbsent: .fail)
        let job = try await namedJob(in: store, kept?.job)
        guard kept == nil || job != nil else {
            throw UsageError("--against LENGTH:HEAD is of one job: name it.")
        }
        try await store.check()
        let found = try await store.read { reader in
            Found(
                jobs: try (job.map { [$0] } ?? reader.jobs()).map {
                    try reader.verify($0, against: kept?.head)
                },
                strays: try job == nil ? reader.strayFaults() : LedgerFaults())
        }
        switch output.output {
        case .json: try Console.json(LedgerVerdict(found))
        case .text: try Console.data(found.text(ledger.path))
        }
        if !found.isSound { throw ExitStatus.someFailed.code }
    }

    /// The job that is meant; nil for all.
    private func namedJob(in store: Ledger, _ reported: String?) async throws -> Job? {
        guard let name = job ?? reported else { return nil }
        let named = try await store.job(named: name)
        if let reported, reported != named.id.text {
            throw UsageError("The report of --against is of job \(reported), not of \(named.id).")
        }
        return named
    }
}

/// What was found in a ledger.
private struct Found: Sendable {
    var jobs: [JobVerdict]
    /// What is left of jobs that are not there.
    var strays: LedgerFaults

    var isSound: Bool { strays.count == 0 && jobs.allSatisfy { $0.faults.count == 0 } }

    func text(_ path: String) -> String {
        var lines: [String] = []
        for verdict in jobs {
            let rows = verdict.job.rows.of("row")
            let length = verdict.chain.length
            let entries = "\(length.grouped) \(length == 1 ? "entry" : "entries")"
            let count = verdict.faults.count
            lines.append(
                "Job \(verdict.job.id): "
                    + (count == 0
                        ? "all is as it was committed."
                        : "\(count.of("fault")). Keep the ledger as it is, and a copy.")
                    + " \(rows), chain \(verdict.chain.head) after \(entries).")
            lines += Self.lines(verdict.faults)
        }
        lines += Self.lines(strays)
        if lines.isEmpty { lines.append("There is no job in \(path) yet.") }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ faults: LedgerFaults) -> [String] {
        var lines = faults.told.map { "- \($0.kind.rawValue): \($0.message)" }
        let untold = faults.count - faults.told.count
        if untold > 0 { lines.append("- and \(untold.grouped) more.") }
        return lines
    }
}

/// The same as `--output json` shows it.
private struct LedgerVerdict: Encodable {
    struct Part: Encodable {
        var job: String
        var rows: Int
        var length: Int
        var head: String
        var genesis: String
        var faultCount: Int
        var faults: [Fault]
    }

    struct Fault: Encodable {
        var kind: String
        /// First and last, as for lines and entries.
        var rows: [Int]?
        var lines: [Int]?
        var entries: [Int]?
        var message: String

        init(_ fault: LedgerFault) {
            func ends(_ range: ClosedRange<Int>?) -> [Int]? {
                range.map { [$0.lowerBound, $0.upperBound] }
            }
            kind = fault.kind.rawValue
            rows = ends(fault.rows)
            lines = ends(fault.lines)
            entries = ends(fault.entries)
            message = fault.message
        }
    }

    var isSound: Bool
    var jobs: [Part]
    /// Of jobs that are not there.
    var otherFaults: [Fault]

    init(_ found: Found) {
        isSound = found.isSound
        jobs = found.jobs.map {
            Part(
                job: $0.job.id.text, rows: $0.job.rows, length: $0.chain.length,
                head: $0.chain.head, genesis: $0.chain.genesis, faultCount: $0.faults.count,
                faults: $0.faults.told.map(Fault.init))
        }
        otherFaults = found.strays.told.map(Fault.init)
    }
}
