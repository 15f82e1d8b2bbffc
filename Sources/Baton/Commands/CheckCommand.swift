import ArgumentParser
import FoundationEssentials
import Intake
import TransferCore

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
        let defaults = RowDefaults(
            instance: named.id,
            flow: try input.namedFlow(in: named.id, region: region ?? named.region),
            flowDecides: input.flowDecides,
            region: region ?? named.region)
        let summary = try Intake.check(input.file, defaults: defaults)
        switch output.output {
        case .text: try Console.data(text(summary))
        case .json: try Console.json(CheckResult(summary))
        }
        throw (summary.rejected == 0 ? ExitStatus.done : .inputRefused).code
    }

    private func text(_ summary: IntakeSummary) -> String {
        var lines = [
            "\(summary.rows.of("row")): \(summary.valid.grouped) valid, "
                + "\(summary.rejected.grouped) invalid."
        ]
        for problem in summary.problems {
            lines.append("\(problem.code.rawValue), \(problem.count.of("time")):")
            lines += problem.examples.map { example in
                "  Row \(example.row) (line \(example.line)): \(example.message)"
            }
        }
        let time = Duration.seconds(Double(summary.valid) / 2).words
        lines.append("At AWS's default of 2 a second the transfers would take about \(time).")
        return lines.joined(separator: "\n")
    }
}

/// What `--output json` prints.
private struct CheckResult: Encodable {
    struct Problem: Encodable {
        var code: String
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
    var rejected: Int
    var problems: [Problem]

    init(_ summary: IntakeSummary) {
        rows = summary.rows
        valid = summary.valid
        rejected = summary.rejected
        problems = summary.problems.map { problem in
            Problem(
                code: problem.code.rawValue, count: problem.count,
                examples: problem.examples.map {
                    Example(
                        row: $0.row, line: $0.line, column: $0.column?.rawValue, message: $0.message
                    )
                })
        }
    }
}
