import GRDB
import Synchronization
package import TransferCore

extension Ledger {
    /// What became of an ingest.
    package enum Stored: Sendable {
        case created(Job)
        /// The same input with the same options was stored before; nothing was changed.
        case existing(Job)

        package var job: Job {
            switch self {
            case .created(let job), .existing(let job): job
            }
        }
    }

    /// What is known of a job once its last row was read.
    package struct Seal: Sendable {
        package var id: JobID
        package var input: JobInput
        package var options: JobOptions
        /// The endpoints of the homes that rows name beside the job's own.
        package var homes: [Home: String]

        package init(
            id: JobID, input: JobInput, options: JobOptions, homes: [Home: String] = [:]
        ) {
            self.id = id
            self.input = input
            self.options = options
            self.homes = homes
        }
    }

    /// Stores a job whole or not at all.
    ///
    /// The rows are committed as they come, so that other jobs go on meanwhile, and the job is seen
    /// once the last commit has sealed it. While a batch is written the next one is made.
    ///
    /// - Parameters:
    ///   - next: makes the next batch of rows, in order; nil after the last. It may block.
    ///   - seal: says, after the last, what they are.
    /// - Throws: what `next` and `seal` throw, with nothing stored; ``LedgerError``.
    package func store(
        at now: Timestamp, next: @escaping @Sendable () throws -> NewRows?,
        seal: () async throws -> Seal
    ) async throws -> Stored {
        try await onOwnThread {
            while let abandoned = try UnsealedJob.abandoned(in: self) { try abandoned.delete() }
        }
        let writer = JobWriter(self, at: now)
        do {
            var batch = try await onOwnThread(next)
            while let rows = batch {
                async let following = onOwnThread(next)
                try await onOwnThread { try writer.append(rows) }
                batch = try await following
            }
            let seal = try await seal()
            return try await onOwnThread { try writer.finish(seal) }
        } catch {
            let cause = error
            do {
                try await onOwnThread { try writer.discard() }
            } catch {
                // What cannot be deleted now is deleted by the next ingest, as after a crash.
                throw cause
            }
            throw cause
        }
    }
}

/// Writes the rows of a job that is being stored. Its methods block.
private final class JobWriter: Sendable {
    private let ledger: Ledger
    private let createdAt: Timestamp
    private let state = Mutex(State())

    private struct State: ~Copyable {
        /// Nil until the first rows are written.
        var job: UnsealedJob?
        var rows = 0
    }

    fileprivate init(_ ledger: Ledger, at now: Timestamp) {
        self.ledger = ledger
        createdAt = now
    }

    fileprivate func append(_ batch: NewRows) throws {
        try state.withLock { state in
            try begin(&state)
            try state.job?.append(batch, firstRow: state.rows + 1)
            state.rows += batch.count
        }
    }

    /// Seals the job, or finds the one that was stored before.
    fileprivate func finish(_ seal: Ledger.Seal) throws -> Ledger.Stored {
        try state.withLock { state in
            try begin(&state)
            guard let stored = try state.job?.seal(seal, rows: state.rows) else {
                throw LedgerError(.failed, "The job was not stored.")
            }
            if case .existing = stored, let job = state.job.take() {
                try job.delete()
            } else {
                state.job = nil
            }
            return stored
        }
    }

    private func begin(_ state: inout State) throws {
        if state.job == nil { state.job = try UnsealedJob.begin(in: ledger, at: createdAt) }
    }

    /// Deletes what was written.
    fileprivate func discard() throws {
        try state.withLock { state in
            if let job = state.job.take() { try job.delete() }
        }
    }
}
