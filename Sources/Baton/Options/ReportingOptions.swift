import ArgumentParser
import Report
import TransferCore
import TransferRun

/// Where a job's reports go, and how they are written.
struct ReportingOptions: ParsableArguments {
    @Option(name: .customLong("reports"), help: "Where reports go, in a folder for each job.")
    var directory = Self.directoryUsual

    @Flag(
        name: .customLong("exact-csv"),
        help: "Leave cells that a spreadsheet would run as a formula as they are: for machines.")
    var exactCSV = false

    @Flag(help: "Begin the CSVs with a byte order mark, by which Excel knows them for UTF-8.")
    var excel = false

    @Option(
        help: ArgumentHelp(
            "Outcomes whose rows results.csv, or reconciliation.csv, is to hold, such as "
                + "failed,uncertain. Default: all.",
            valueName: "outcomes"))
    var only: Outcomes?

    static let directoryUsual = "reports"

    func validate() throws {
        guard !directory.isEmpty else {
            throw ValidationError("--reports takes the path of a folder.")
        }
        guard !(excel && exactCSV) else {
            throw ValidationError(
                "--exact-csv leaves formulas that Excel would run. Give --excel or --exact-csv, "
                    + "not both.")
        }
    }

    /// What writes reports as these options say.
    var writer: ReportWriter {
        ReportWriter(
            directory: directory, options: options)
    }

    /// How the files are written.
    var options: ReportOptions {
        ReportOptions(
            exactCSV: exactCSV, byteOrderMark: excel, only: only?.outcomes, generatedAt: .now,
            version: Version.text)
    }

    /// The flags that say this, but for those that say what is usual.
    var words: [String] {
        var words: [String] = []
        if directory != Self.directoryUsual { words += ["--reports", directory] }
        if exactCSV { words.append("--exact-csv") }
        if excel { words.append("--excel") }
        if let only { words += ["--only", only.text] }
        return words
    }

    /// A list such as `failed,uncertain`.
    struct Outcomes: ExpressibleByArgument {
        let outcomes: Set<Outcome>
        let text: String

        init?(argument: String) {
            let names = argument.split(separator: ",", omittingEmptySubsequences: false)
            let outcomes = names.compactMap { Outcome(rawValue: String($0)) }
            guard outcomes.count == names.count else { return nil }
            self.outcomes = Set(outcomes)
            text = argument
        }

        static var allValueStrings: [String] { Outcome.allCases.map(\.rawValue) }
    }
}
