import AWSSigning
import Synchronization
package import TransferCore
package import TransferLedger

/// Takes a CSV in: file → parsed → judged → ledger, in one pass and in bounded memory.
package enum Intake {
    /// Judges every row of a file and stores nothing.
    ///
    /// - Throws: ``IntakeError`` where the file as a whole cannot be used.
    package static func check(
        _ path: String, options: IntakeOptions
    ) throws -> IntakeSummary {
        var scan = try InputScan(path, options: options)
        while try scan.next() != nil {}
        return scan.result().summary
    }

    /// What an ingest found, and the job it made.
    package struct Ingested: Sendable {
        package var stored: Ledger.Stored
        /// Nil where the job was stored before: its rows were judged then.
        package var summary: IntakeSummary?
    }

    /// Judges every row of a file and stores them as a job, all of them or none.
    ///
    /// The same content with the same options is the same job: it is found, not stored twice. Where
    /// a job has an input of the file's length, the file is hashed first, so that this costs no
    /// insert.
    ///
    /// - Parameter endpoint: says where a home is called that is not the job's own; without it,
    ///   where the job is.
    /// - Throws: ``IntakeError``; ``LedgerError``; what `endpoint` throws. Nothing was stored then.
    package static func ingest(
        _ path: String, job options: JobOptions, _ intake: IntakeOptions, into ledger: Ledger,
        at now: Timestamp, endpoint: ((Home) throws -> String)? = nil
    ) async throws -> Ingested {
        if let job = try await storedJob(of: path, options, in: ledger) {
            return Ingested(stored: .existing(job), summary: nil)
        }
        // A pipe opens once somebody writes to it.
        let scan = Mutex<InputScan?>(nil)
        try await onOwnThread {
            try scan.withLock { $0 = try InputScan(path, options: intake) }
        }
        let summary = Mutex<IntakeSummary?>(nil)
        let stored = try await ledger.store(at: now) {
            try scan.withLock { try $0?.next() }
        } seal: {
            guard let result = scan.withLock({ $0?.result() }) else {
                throw IntakeError(.unreadable, "\(path) could not be read.")
            }
            summary.withLock { $0 = result.summary }
            return Ledger.Seal(
                id: try jobID(of: result.input.sha256, options: options), input: result.input,
                options: options,
                homes: Dictionary(
                    uniqueKeysWithValues: try result.homes.map {
                        ($0, try endpoint?($0) ?? options.endpoint)
                    }))
        }
        return Ingested(stored: stored, summary: summary.withLock { $0 })
    }

    /// The job that was made of this file, found without reading it twice for nothing.
    private static func storedJob(
        of path: String, _ options: JobOptions, in ledger: Ledger
    ) async throws -> Job? {
        guard let bytes = InputFile.regularBytes(of: path),
            try await ledger.read({ try $0.hasJob(inputBytes: bytes) })
        else { return nil }
        let digest = try await onOwnThread { try InputFile(path).digest() }
        let id = try jobID(of: digest, options: options)
        return try await ledger.read { try $0.job(id) }
    }

    /// The job's id: a digest of the input's content and of the options that decide what it means.
    private static func jobID(of sha256: String, options: JobOptions) throws -> JobID {
        let identity = [
            "baton job 1", sha256, options.region, options.endpoint,
            options.instance?.text ?? "",
            options.flow?.id?.text ?? options.flow?.name.map { "name \($0)" } ?? "",
            "\(options.flowDecides)",
        ].joined(separator: "\n")
        guard let id = JobID(SHA256Digest(of: identity).hex) else {
            throw IntakeError(.refused, "The job's id could not be made.")
        }
        return id
    }
}
