import GRDB
package import TransferCore

extension Ledger {
    /// What became of an ingest.
    package enum Stored: Sendable {
        case created(Job)
        /// The same input with the same options was stored before; nothing was changed.
        case existing(Job)
    }

    /// What is known of a job once its last row was read.
    package struct Seal: Sendable {
        package var id: JobID
        package var input: JobInput
        package var options: JobOptions

        package init(id: JobID, input: JobInput, options: JobOptions) {
            self.id = id
            self.input = input
            self.options = options
        }
    }

    /// Stores a job whole or not at all: `fill` appends its rows in order and says what they are.
    ///
    /// The rows are committed as they come, so that other jobs go on meanwhile, and the job is seen
    /// once the last commit has sealed it. `fill` runs on a thread of its own and may block.
    ///
    /// - Throws: what `fill` throws, with nothing stored; ``LedgerError``.
    package func store(
        at now: Timestamp, _ fill: @escaping @Sendable (inout JobWriter) throws -> Seal
    ) async throws -> Stored {
        try await onOwnThread {
            while let abandoned = try UnsealedJob.abandoned(in: self) { try abandoned.delete() }
            var writer = JobWriter(self, at: now)
            do {
                let seal = try fill(&writer)
                return try writer.finish(seal)
            } catch {
                try writer.discard()
                throw error
            }
        }
    }
}

/// Appends the rows of a job that is being stored.
package struct JobWriter: ~Copyable {
    private let ledger: Ledger
    private let createdAt: Timestamp
    /// Nil until the first rows are written.
    private var job: UnsealedJob?
    private var waiting: [NewRow] = []
    private var waitingBytes = 0
    private var rows = 0

    /// What is committed together: a few milliseconds of everyone else's time.
    private static let rowsMax = 4096
    private static let bytesMax = 4 * 1024 * 1024

    fileprivate init(_ ledger: Ledger, at now: Timestamp) {
        self.ledger = ledger
        createdAt = now
    }

    /// Adds the next row.
    package mutating func append(_ row: NewRow) throws {
        rows += 1
        waiting.append(row)
        waitingBytes += row.record.utf8.count
        if waiting.count >= Self.rowsMax || waitingBytes >= Self.bytesMax { try flush() }
    }

    private mutating func flush() throws {
        if job == nil { job = try UnsealedJob.begin(in: ledger, at: createdAt) }
        try job?.append(waiting)
        waiting.removeAll(keepingCapacity: true)
        waitingBytes = 0
    }

    /// Writes the rest and seals the job, or finds the one that was stored before.
    fileprivate mutating func finish(_ seal: Ledger.Seal) throws -> Ledger.Stored {
        try flush()
        guard let stored = try job?.seal(seal, rows: rows) else {
            throw LedgerError(.failed, "The job was not stored.")
        }
        if case .existing = stored { try discard() } else { job = nil }
        return stored
    }

    /// Deletes what was written.
    fileprivate mutating func discard() throws {
        if let job = job.take() { try job.delete() }
    }
}
