import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import TransferCore
import TransferLedger

/// The files of a job's folder that are given out: no other name leads to one.
enum ReportName: String, CaseIterable {
    case summary = "summary.html"
    case document = "summary.json"
    case results = "results.csv"
    case retry = "retry.csv"
    case reconciliation = "reconciliation.html"
    case reconciliationDocument = "reconciliation.json"
    case reconciliationTable = "reconciliation.csv"

    func path(of id: JobID, in folder: String) -> String { "\(folder)/\(id)/\(rawValue)" }

    func headers(of id: JobID) -> HTTPFields {
        switch self {
        case .summary, .reconciliation:
            var headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
            // The page brings its own policy, by the nonce that it was written with: what may run
            // is for that to say.
            headers[.contentSecurityPolicy] = "frame-ancestors 'none'"
            return headers
        case .document, .reconciliationDocument: return [.contentType: "application/json"]
        case .results, .retry, .reconciliationTable:
            var headers: HTTPFields = [.contentType: "text/csv; charset=utf-8"]
            headers[.contentDisposition] = "attachment; filename=\"\(id)-\(rawValue)\""
            return headers
        }
    }
}

/// A file of a report, opened once: one that is put in its place meanwhile does not mix with it.
final class OpenReport: Sendable {
    private let descriptor: Int32
    private let bytes: Int

    private static let chunkBytes = 64 * 1024

    /// Nil where there is no such file that can be read. Blocks on the disk.
    init?(_ path: String) {
        // Not to wait where it is a pipe: only a file is given out.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        bytes = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Its content, a chunk at a time, as the client takes it.
    func body(on channel: any Channel) -> ResponseBody {
        ResponseBody(contentLength: bytes) { writer in
            var offset = 0
            while offset < self.bytes {
                // A write that is cancelled keeps what it was given and returns: the rest of the
                // file would go on into memory.
                try Task.checkCancellation()
                let start = offset
                let chunk = try await onOwnThread { try self.chunk(at: start) }
                offset += chunk.readableBytes
                try await writer.write(chunk)
                // A write waits only once the channel has told that it is full, and that is told by
                // its event loop: while that is busy a whole file would pile up before it.
                try await channel.eventLoop.submit {}.get()
            }
            try await writer.finish(nil)
        }
    }

    private func chunk(at offset: Int) throws -> ByteBuffer {
        let wanted = min(Self.chunkBytes, bytes - offset)
        var chunk = ByteBuffer()
        let count = chunk.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { buffer in
            max(0, pread(descriptor, buffer.baseAddress, wanted, offset))
        }
        // Thrown in the middle of an answer, which ends it without its last bytes.
        guard count > 0 else { throw Shortened() }
        return chunk
    }

    private struct Shortened: Error {}
}
