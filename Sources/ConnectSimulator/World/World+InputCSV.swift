import FoundationEssentials

extension World {
    /// The input CSV of the world (RFC 4180): one record for each row, in order.
    package var inputCSV: String {
        var csv = "ContactId,QueueId,UserId,ContactFlowId,Note\r\n"
        csv.reserveCapacity(rows.count * 140)
        for row in rows {
            csv += row.contact.text
            switch row.destination {
            case .queue(let id): csv += ",\(id.text),,"
            case .user(let id): csv += ",,\(id.text),"
            case .flow: csv += ",,,"
            }
            csv += "\(row.flow.text),\(Self.quoted(row.note))\r\n"
        }
        return csv
    }

    /// Writes the input CSV to a file, in place of what stands there.
    package func writeInputCSV(toFile path: String) throws(SimulatorError) {
        do {
            try Data(inputCSV.utf8).write(to: URL(filePath: path))
        } catch {
            throw SimulatorError(doing: .writingInput, subject: path, cause: "\(error)")
        }
    }

    private static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" }) else { return field }
        return "\""
            + field.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
