import AWSSigning
package import TransferCore
package import TransferLedger

/// Takes a CSV in: file → parsed → judged → ledger, in bounded memory.
///
/// A regular file is hashed first, so that a job that is stored already costs no insert; from then
/// on it is one pass.
package enum Intake {
    /// Judges every row of a file and stores nothing.
    ///
    /// - Throws: ``IntakeError`` where the file as a whole cannot be used.
    package static func check(
        _ path: String, defaults: RowDefaults
    ) throws -> IntakeSummary {
        try InputScan(path, defaults: defaults).run { _ in }.summary
    }

    /// Judges every row of a file and stores them as a job, all of them or none.
    ///
    /// The same content with the same options is the same job: it is found, not stored twice.
    ///
    /// - Throws: ``IntakeError``; ``LedgerError``. In both cases nothing was stored.
    package static func ingest(
        _ path: String, options: JobOptions, into ledger: Ledger, at now: Timestamp
    ) async throws -> Ledger.Stored {
        let defaults = RowDefaults(
            instance: options.instance, flow: options.flow, flowDecides: options.flowDecides,
            region: options.region)
        let digest = try await onOwnThread { try InputFile.digest(of: path) }
        if let digest {
            let id = try jobID(of: digest, options: options)
            if let job = try await ledger.read({ try $0.job(id) }) { return .existing(job) }
        }
        return try await ledger.store(at: now) { writer in
            let result = try InputScan(path, defaults: defaults).run { try writer.append($0) }
            if let digest, digest != result.input.sha256 { throw IntakeError.changed(path) }
            return Ledger.Seal(
                id: try jobID(of: result.input.sha256, options: options), input: result.input,
                options: options)
        }
    }

    /// The job's id: a digest of the input's content and of the options that decide what it means.
    private static func jobID(of sha256: String, options: JobOptions) throws -> JobID {
        let identity = [
            "baton job 1", sha256, options.region, options.endpoint,
            options.instance?.text ?? "", options.flow?.text ?? "", "\(options.flowDecides)",
        ].joined(separator: "\n")
        guard let id = JobID(SHA256Digest(of: identity).hex) else {
            throw IntakeError(.refused, "The job's id could not be made.")
        }
        return id
    }
}

/// What an intake found.
package struct IntakeSummary: Hashable, Sendable {
    package var rows = 0
    package var rejected = 0
    /// What is wrong, the most frequent first.
    package var problems: [ProblemCount] = []

    /// Rows that can be transferred.
    package var valid: Int { rows - rejected }

    /// One kind of problem and where it was first seen.
    package struct ProblemCount: Hashable, Sendable {
        package var code: RowCode
        package var count: Int
        package var examples: [Example]
    }

    /// One row with a problem.
    package struct Example: Hashable, Sendable {
        package var row: Int
        package var line: Int
        package var column: Column?
        package var message: String
    }

    /// Examples kept of each kind.
    package static let examplesMax = 3

    mutating func add(_ problems: RowProblems, row: Int, line: Int) {
        rejected += 1
        for problem in problems.all {
            let example = Example(
                row: row, line: line, column: problem.column, message: problem.message)
            guard let index = self.problems.firstIndex(where: { $0.code == problem.code }) else {
                self.problems.append(
                    ProblemCount(code: problem.code, count: 1, examples: [example]))
                continue
            }
            self.problems[index].count += 1
            if self.problems[index].examples.count < Self.examplesMax {
                self.problems[index].examples.append(example)
            }
        }
    }
}
