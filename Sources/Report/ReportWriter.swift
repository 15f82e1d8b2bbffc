package import TransferCore
package import TransferLedger

/// Writes the report of a job: what was asked, what happened and what is left to do.
package struct ReportWriter: Sendable {
    private let directory: String
    private let options: ReportOptions

    /// Makes a writer whose files go to `directory/<job-id>/`, which is created where absent.
    package init(directory: String, options: ReportOptions) {
        self.directory = directory
        self.options = options
    }

    /// Writes the four files of the job's report, in place of those of an earlier one.
    ///
    /// All of it is read in one transaction, so that the files agree with each other even while a
    /// run is at work. Each is written beside its place and renamed when the last of them is
    /// complete: whoever opens one sees the earlier or the new one, never a half. Memory does not
    /// grow with the number of rows. Files and folders that it makes are their owner's alone, as
    /// the ledger is.
    ///
    /// - Throws: ``ReportError`` where a file cannot be written; `LedgerError`.
    package func write(_ job: Job, from ledger: Ledger) async throws -> ReportFiles {
        let files = files(of: job)
        try FileSystem.createDirectory(files.directory)
        let options = options
        return try await ledger.read { reader in
            try Self.write(job, from: reader, to: files, options)
            return files
        }
    }

    func files(of job: Job) -> ReportFiles {
        ReportFiles(directory: "\(directory)/\(job.id.text)")
    }

    private static func write(
        _ job: Job, from reader: LedgerReader, to files: ReportFiles, _ options: ReportOptions
    ) throws {
        var results = try ReportFile(files.results)
        var retry = try ReportFile(files.retry)
        var document = try ReportFile(files.document)
        var page = try ReportFile(files.page)

        var figures = try JobFigures(job, from: reader)
        var table = RowTables(job, isExact: options.exactCSV)
        if options.byteOrderMark {
            try results.write(CSVComposer.byteOrderMark)
            try retry.write(CSVComposer.byteOrderMark)
        }
        try table.writeHeaders(results: &results, retry: &retry)
        try reader.forEachRow(of: job) { row in
            figures.add(row)
            if options.only?.contains(row.outcome) ?? true { try table.write(row, to: &results) }
            if row.outcome.isWorthAnotherTry { try table.writeAgain(row, to: &retry) }
        }
        try figures.addCalls(from: reader)
        try document.write(SummaryDocument(figures, options).document())
        try SummaryPage(figures, options).write(to: &page, rowsFrom: reader)

        try results.flush()
        try retry.flush()
        try document.flush()
        try page.flush()
        Failpoint.reportWritten.pass(.after)
        try results.publish()
        Failpoint.reportPublished.pass(.after)
        try retry.publish()
        Failpoint.reportPublished.pass(.after)
        try document.publish()
        Failpoint.reportPublished.pass(.after)
        try page.publish()
        Failpoint.reportPublished.pass(.after)
        try FileSystem.flushDirectory(files.directory)
    }
}

/// How a report is written.
package struct ReportOptions: Sendable, Hashable {
    /// Leaves cells that a spreadsheet would run as a formula as they are: for machines.
    package var exactCSV: Bool
    /// Begins the CSVs with a byte order mark: without it Excel takes UTF-8 for the code page of
    /// the machine.
    package var byteOrderMark: Bool
    /// The outcomes whose rows stand in `results.csv`; nil for all.
    package var only: Set<Outcome>?
    package var generatedAt: Timestamp
    /// The version of Baton.
    package var version: String

    package init(
        exactCSV: Bool, byteOrderMark: Bool = false, only: Set<Outcome>? = nil,
        generatedAt: Timestamp,
        version: String
    ) {
        self.exactCSV = exactCSV
        self.byteOrderMark = byteOrderMark
        self.only = only
        self.generatedAt = generatedAt
        self.version = version
    }
}

/// The paths of a job's report.
package struct ReportFiles: Sendable, Hashable {
    package let directory: String
    /// `summary.html`: for people.
    package var page: String { directory + "/summary.html" }
    /// `summary.json`: for programs; see `summary.schema.json`.
    package var document: String { directory + "/summary.json" }
    /// `results.csv`: a record for each row of the input, with what became of it.
    package var results: String { directory + "/results.csv" }
    /// `retry.csv`: the rows worth another try, as an input.
    package var retry: String { directory + "/retry.csv" }
}
