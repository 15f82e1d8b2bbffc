import ArgumentParser
import FoundationEssentials
import Intake
import TransferCore
import TransferLedger

/// `baton check FILE`: validates an input, offline.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validates a CSV without sending or storing anything.",
        discussion: "Exit status 0 where every row is valid, 65 where something is wrong.")

    @OptionGroup var input: InputOptions

    @Option(help: "The instance, by id or ARN, for rows without one of their own.")
    var instance: String?

    @Option(help: "The AWS Region that ARNs must be of.")
    var region: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let named = try NamedInstance(instance)
        let options = try input.intakeOptions(named, region: region ?? named.region)
        let summary = try await onOwnThread { [input] in
            try Intake.check(input.file, options: options)
        }
        switch output.output {
        case .text: try Console.data(CheckText(summary).text)
        case .json: try Console.json(CheckResult(summary))
        }
        throw (summary.rejected == 0 ? ExitStatus.done : .inputRefused).code
    }
}

/// What `check` tells a person.
private struct CheckText {
    let summary: IntakeSummary

    init(_ summary: IntakeSummary) { self.summary = summary }

    var text: String {
        var lines = [summary.words + "."]
        for finding in summary.findings {
            lines.append(
                "\(finding.code.rawValue), \(finding.count.of("row")) "
                    + "\(finding.outcome?.rawValue ?? "noted"):")
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

extension IntakeSummary {
    /// `5 rows: 3 valid, 1 skipped, 1 rejected`.
    var words: String {
        var parts = ["\(valid.grouped) valid"]
        if skipped > 0 { parts.append("\(skipped.grouped) skipped") }
        parts.append("\(rejected.grouped) rejected")
        return "\(rows.of("row")): \(parts.joined(separator: ", "))"
    }
}

/// What `--output json` prints.
private struct CheckResult: Encodable {
    struct Finding: Encodable {
        var code: String
        /// `rejected` or `skipped`; none in a notice.
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
    var rejected: Int
    var problems: [Finding]
    /// What is said of rows and changes nothing for them.
    var notices: [Finding]

    init(_ summary: IntakeSummary) {
        rows = summary.rows
        valid = summary.valid
        skipped = summary.skipped
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
        problems = findings.filter { $0.outcome != nil }
        notices = findings.filter { $0.outcome == nil }
    }
}
