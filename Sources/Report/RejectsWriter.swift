import TransferCore
package import TransferLedger

/// Writes the bad rows of an input with their reasons.
package enum RejectsWriter {
    /// Writes the job's rows that are rejected, or that the service would refuse: the input's
    /// columns, then `BatonRow`, `BatonLine`, `BatonOutcome`, `BatonCode`, `BatonMessage`.
    ///
    /// The file appears whole or not at all, and takes the place of an earlier one.
    ///
    /// - Throws: ``ReportError`` where it cannot be written; `LedgerError`.
    package static func write(
        _ job: Job, from ledger: Ledger, to path: String, isExact: Bool
    ) async throws {
        try await ledger.read { reader in
            var file = try ReportFile(path)
            var table = RowTables(job, isExact: isExact)
            try table.writeRejectsHeader(to: &file)
            try reader.forEachRow(of: job, outcomes: [.rejected, .failed]) { row in
                try table.writeReject(row, to: &file)
            }
            try file.flush()
            try file.publish()
        }
    }
}
