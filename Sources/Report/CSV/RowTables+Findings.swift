import TransferCore
import TransferLedger

/// `reconciliation.csv`, row by row.
extension RowTables {
    /// Baton's columns in it, after those of the input.
    static let findingColumns = [
        "BatonRow", "BatonLine", "BatonOutcome", "BatonFinding", "BatonMatched",
        "BatonFindingMessage", "BatonNewContactId", "BatonCurrentContactId", "BatonQueueId",
        "BatonUserId", "BatonEndedAt", "BatonDisconnectReason", "BatonCheckedAt",
    ]

    /// The header record.
    mutating func findingsHeader() -> [UInt8] {
        addHeader()
        for column in Self.findingColumns { composer.add(column) }
        return takeRecord()
    }

    /// The record of a row; one that was not looked into yet has no finding.
    ///
    /// The outcome is what it was once the row was looked into.
    mutating func record(of row: RowRecord, _ found: FoundRow?) -> [UInt8] {
        addFields(of: row)
        composer.add(String(row.row))
        composer.add(String(row.line))
        composer.add((found?.outcome ?? row.outcome).rawValue)
        composer.add(found?.found.finding.rawValue)
        composer.add(found.map { $0.isMatched ? "yes" : "no" })
        composer.add(found?.found.message)
        composer.add(row.newContact)
        composer.add(found?.found.contact?.text)
        composer.add(found?.found.queue?.text)
        composer.add(found?.found.user?.text)
        composer.add(found?.found.endedAt?.iso8601)
        composer.add(found?.found.disconnectReason)
        composer.add(found?.checkedAt.iso8601)
        return takeRecord()
    }

    private mutating func takeRecord() -> [UInt8] {
        composer.endRecord()
        defer { composer.removeAll() }
        return composer.bytes
    }
}

extension FoundRow {
    /// Whether the service says what the ledger says.
    var isMatched: Bool { found.finding.agrees(with: outcome) }
}
