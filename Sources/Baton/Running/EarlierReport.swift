import ArgumentParser
import FoundationEssentials
import TransferLedger

/// What `--against` names: a job's summary.json, or the head that a report told, as `LENGTH:HEAD`.
struct EarlierReport: ExpressibleByArgument {
    private let text: String

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        text = argument
    }

    /// The head it knows, and the job where it says which.
    ///
    /// - Throws: ``EarlierReportError`` where it is a file that cannot be used.
    func kept() throws -> (job: String?, head: KeptHead) {
        if let head = Self.head(text) { return (nil, head) }
        let summary = try Self.summary(text)
        return (
            summary.job.id,
            KeptHead(
                length: summary.chain.length, head: summary.chain.head,
                genesis: summary.chain.genesis)
        )
    }

    private static func head(_ text: String) -> KeptHead? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(parts[0]), length >= 0, parts[1].count == 64,
            parts[1].utf8.allSatisfy({
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 | 0x20
            })
        else { return nil }
        return KeptHead(length: length, head: parts[1].lowercased())
    }

    /// What is read of a summary.json.
    private struct Summary: Decodable {
        struct Job: Decodable { var id: String }
        struct Chain: Decodable {
            var length: Int
            var head: String
            var genesis: String
        }
        var job: Job
        var chain: Chain
    }

    private static func summary(_ path: String) throws -> Summary {
        guard FileManager.default.fileExists(atPath: path) else {
            throw EarlierReportError(
                .inputMissing,
                "There is no file \(path). --against takes a summary.json, or the length "
                    + "and head of a chain as LENGTH:HEAD, 64 hexadecimal digits.")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw EarlierReportError(.inputMissing, "\(path) cannot be read. Check its rights.")
        }
        do {
            return try JSONDecoder().decode(Summary.self, from: data)
        } catch {
            throw EarlierReportError(
                .inputRefused,
                "\(path) is no summary.json with a job's chain. Name one that Baton wrote.")
        }
    }
}

/// What `--against` names cannot be used.
struct EarlierReportError: Error {
    var status: ExitStatus
    var sentence: String

    init(_ status: ExitStatus, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }
}
