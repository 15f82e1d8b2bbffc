package import TransferLedger

extension ReportWriter {
    /// Sees to it, before a night's work, that the report can be written when it is done.
    ///
    /// - Throws: ``ReportError`` where the folder cannot be made or written to.
    package func prepare(for job: Job) throws(ReportError) {
        let files = files(of: job)
        try FileSystem.prepare(files.page, in: files.directory)
    }
}
