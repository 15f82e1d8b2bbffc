import AWSSigning
import TransferCore
package import TransferLedger

/// Writes the report of a reconciliation beside that of its job.
package struct ReconciliationWriter: Sendable {
    private let directory: String
    private let options: ReportOptions

    /// Makes a writer whose files go to `directory/<job-id>/`, which is created where absent.
    package init(directory: String, options: ReportOptions) {
        self.directory = directory
        self.options = options
    }

    /// Writes the files in place of those of an earlier one, as ``ReportWriter`` writes its own:
    /// each whole or not at all, all of one moment, in memory that does not grow with the rows.
    ///
    /// - Throws: ``ReportError`` where a file cannot be written; `LedgerError`.
    package func write(
        _ reconciliation: Reconciliation, of job: Job, from ledger: Ledger
    ) async throws -> ReconciliationFiles {
        let files = files(of: job)
        try FileSystem.createDirectory(files.directory)
        let (options, path) = (options, ledger.path)
        return try await ledger.read { reader in
            var figures = try ReconciliationFigures(job, reconciliation, from: reader, at: path)
            try Self.write(&figures, from: reader, to: files, options)
            return files
        }
    }

    /// Sees to it, before the calls are made, that the report can be written.
    ///
    /// - Throws: ``ReportError`` where the folder cannot be made or written to.
    package func prepare(for job: Job) throws(ReportError) {
        let files = files(of: job)
        try FileSystem.prepare(files.page, in: files.directory)
    }

    private func files(of job: Job) -> ReconciliationFiles {
        ReconciliationFiles(directory: "\(directory)/\(job.id.text)")
    }

    private static func write(
        _ figures: inout ReconciliationFigures, from reader: LedgerReader,
        to files: ReconciliationFiles, _ options: ReportOptions
    ) throws {
        var table = try ReportFile(files.table)
        var document = try ReportFile(files.document)
        var page = try ReportFile(files.page)
        var examples = ReconciliationExamples()
        figures.tableSHA256 = try write(
            figures, from: reader, to: &table, options, examples: &examples)
        try document.write(ReconciliationDocument(figures, options).document())
        try ReconciliationPage(figures, examples, options).write(to: &page)
        try table.flush()
        try document.flush()
        try page.flush()
        try table.publish()
        try document.publish()
        try page.publish()
        try FileSystem.flushDirectory(files.directory)
    }

    /// Writes the table and returns its SHA-256.
    private static func write(
        _ figures: ReconciliationFigures, from reader: LedgerReader, to table: inout ReportFile,
        _ options: ReportOptions, examples: inout ReconciliationExamples
    ) throws -> String {
        var rows = RowTables(figures.job, isExact: options.exactCSV)
        var hasher = SHA256Hasher()
        let header =
            (options.byteOrderMark ? CSVComposer.byteOrderMark : []) + rows.findingsHeader()
        hasher.update(header)
        try table.write(header)
        try reader.forEachRow(of: figures.job, in: figures.reconciliation.number) { row, found in
            examples.add(row, found)
            guard options.only?.contains(found?.outcome ?? row.outcome) ?? true else { return }
            let record = rows.record(of: row, found)
            hasher.update(record)
            try table.write(record)
        }
        return hasher.finish().hex
    }
}

/// The paths of a reconciliation's report.
package struct ReconciliationFiles: Sendable, Hashable {
    package let directory: String
    /// `reconciliation.html`: for people, and to be signed.
    package var page: String { directory + "/reconciliation.html" }
    /// `reconciliation.json`: for programs; see `reconciliation.schema.json`.
    package var document: String { directory + "/reconciliation.json" }
    /// `reconciliation.csv`: a record for each row of the input, with what the service says.
    package var table: String { directory + "/reconciliation.csv" }
}
