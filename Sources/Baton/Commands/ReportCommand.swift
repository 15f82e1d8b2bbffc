import ArgumentParser
import Report
import TransferCore
import TransferLedger
import TransferRun

/// `baton report JOB`: writes the report again.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Writes a job's report from the ledger, again.")

    @Argument(help: "The job's id, or its beginning. Default: the newest job.")
    var job: String?

    @OptionGroup var reporting: ReportingOptions
    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try Ledger(path: ledger.path, whereAbsent: .fail)
        let job = try await store.jobOrNewest(job)
        let files = try await untilStopped(again: "baton report \(job.id)") {
            [writer = reporting.writer] in
            try await writer.write(job, from: store)
        }
        switch output.output {
        case .text: try Console.data(files.page)
        case .json:
            let totals = try await store.read { try $0.totals(job) }
            try Console.json(JobState(job, totals, report: files.directory))
        }
    }
}
