import ArgumentParser
import ConnectClient
import FoundationEssentials
import Intake
import Report
import TransferCore
import TransferLedger
import TransferRun

/// `baton check FILE`: validates an input, offline unless asked otherwise.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validates a CSV without sending anything, or storing it.",
        discussion: "Exit status 0 where every row is valid, 65 where something is wrong.")

    @OptionGroup var input: InputOptions
    @OptionGroup var network: NetworkOptions

    @Flag(
        help: """
            Look up what rows name, and every contact: ended, of another channel, not found, \
            transferred too often, there already, or not where it is expected. About 10 a second.
            """)
    var online = false

    @Option(help: "Write the bad rows with their reasons to this CSV.")
    var rejects: String?

    @Flag(
        name: .customLong("exact-csv"),
        help: "Leave cells that a spreadsheet would run as a formula as they are: for machines.")
    var exactCSV = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if rejects == "" { throw ValidationError("--rejects takes the path of a file.") }
        if let rejects,
            URL(filePath: rejects).resolvingSymlinksInPath().path
                == URL(filePath: input.file).resolvingSymlinksInPath().path
        {
            throw ValidationError("--rejects names the input itself. Name another file.")
        }
    }

    func run() async throws {
        let summary = try await online || rejects != nil ? reviewed() : judged()
        switch output.output {
        case .text: try Console.data(CheckText(summary).text)
        case .json: try Console.json(CheckResult(summary))
        }
        let isWell = summary.rejected + summary.failed == 0
        throw (isWell ? ExitStatus.done : .inputRefused).code
    }

    /// What the input alone tells.
    private func judged() async throws -> IntakeSummary {
        let options = try input.intakeOptions(
            try NamedInstance(network.instance), region: try region())
        return try await onOwnThread { [input] in
            try Intake.check(input.file, options: options)
        }
    }

    /// The same by way of a ledger that is gone afterwards, which remembers each row.
    private func reviewed() async throws -> IntakeSummary {
        let environment = ProcessInfo.processInfo.environment
        let configuration = online ? try network.configuration(environment: environment) : nil
        let instance = try NamedInstance(network.instance)
        let region = try configuration?.region ?? region()
        let options = try input.intakeOptions(instance, region: region)
        let ledger = try Ledger.scratch()
        let ingested = try await Intake.ingest(
            input.file,
            job: JobOptions(
                region: region ?? "", endpoint: configuration.map { "\($0.endpoint)" } ?? "",
                instance: instance.id, flow: options.defaults.flow,
                flowDecides: options.defaults.flowDecides),
            options, into: ledger, at: .now
        ) { [network] home in
            online ? try network.endpoint(of: home, environment: environment) : ""
        }
        var summary = ingested.summary ?? IntakeSummary()
        let job = ingested.stored.job
        if let configuration, try await ledger.read({ try $0.totals(job) })[.pending] > 0 {
            let services = try JobServices(
                homes: try await ledger.read { try $0.homes(of: job) }, own: configuration, network,
                environment: environment)
            await services.prepareCredentials()
            var needs = try await ledger.read { try $0.routeNeeds(of: job) }
            // Whoever asks for a check wants to hear that it could not be made.
            needs.hasNames = true
            try await LookUp(services, needs: needs, console: output.console)
                .review(job, in: ledger, summary: &summary)
        }
        if let rejects {
            try await RejectsWriter.write(job, from: ledger, to: rejects, isExact: exactCSV)
        }
        return summary
    }

    /// The Region that ARNs must be of, where one is set: a check needs none, but takes none that
    /// is wrong.
    private func region() throws -> String? {
        let environment = ProcessInfo.processInfo.environment
        guard network.region != nil else {
            return (try? network.configuration(environment: environment))?.region
        }
        return try network.configuration(environment: environment).region
    }
}

/// What `check` tells a person.
private struct CheckText {
    let summary: IntakeSummary

    init(_ summary: IntakeSummary) { self.summary = summary }

    var text: String {
        var lines = [summary.words + "."] + summary.headerNotices
        for finding in summary.findings {
            lines.append(
                "\(finding.code.rawValue), \(finding.count.of("row")) "
                    + "\(finding.outcome.map(Self.words) ?? "noted"):")
            lines += finding.examples.map { example in
                "  Row \(example.row) (line \(example.line)"
                    + "\(example.column.map { ", \($0.rawValue)" } ?? "")): \(example.message)"
            }
            if finding.count > finding.examples.count {
                lines.append("  and \((finding.count - finding.examples.count).grouped) more")
            }
        }
        let time = Duration.seconds(Double(summary.valid) / 2).words
        lines.append("At AWS's default of 2 a second the transfers would take about \(time).")
        return lines.joined(separator: "\n")
    }
}

extension CheckText {
    private static func words(_ outcome: Outcome) -> String {
        outcome == .failed ? "would fail" : outcome.rawValue
    }
}

extension IntakeSummary {
    /// `5 rows: 3 valid, 1 skipped, 1 rejected`.
    var words: String {
        var parts = ["\(valid.grouped) valid"]
        if skipped > 0 { parts.append("\(skipped.grouped) skipped") }
        if failed > 0 { parts.append("\(failed.grouped) would fail") }
        parts.append("\(rejected.grouped) rejected")
        return "\(rows.of("row")): \(parts.joined(separator: ", "))"
    }
}

/// What `--output json` prints.
private struct CheckResult: Encodable {
    struct Finding: Encodable {
        var code: String
        /// `rejected`, `failed` or `skipped`; none in a notice.
        var outcome: String?
        var count: Int
        var examples: [Example]
    }

    struct Example: Encodable {
        var row: Int
        var line: Int
        var column: String?
        var message: String
    }

    var rows: Int
    var valid: Int
    var skipped: Int
    /// Rows whose transfer the service would refuse; only `--online` can tell.
    var failed: Int
    var rejected: Int
    var headerNotices: [String]
    var problems: [Finding]
    /// What is said of rows and changes nothing for them.
    var notices: [Finding]

    init(_ summary: IntakeSummary) {
        rows = summary.rows
        valid = summary.valid
        skipped = summary.skipped
        failed = summary.failed
        rejected = summary.rejected
        let findings = summary.findings.map { finding in
            Finding(
                code: finding.code.rawValue, outcome: finding.outcome?.rawValue,
                count: finding.count,
                examples: finding.examples.map {
                    Example(
                        row: $0.row, line: $0.line, column: $0.column?.rawValue, message: $0.message
                    )
                })
        }
        headerNotices = summary.headerNotices
        problems = findings.filter { $0.outcome != nil }
        notices = findings.filter { $0.outcome == nil }
    }
}
