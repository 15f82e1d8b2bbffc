import GRDB
import TransferCore

/// Writes the calls and outcomes of a run, and chains the outcomes.
struct RunWriter {
    private let job: Job
    private let run: Int64
    private let state: HotStatement
    private let call: HotStatement

    init(_ job: Job, run: Int64, in db: Database) throws {
        self.job = job
        self.run = run
        // Only a pending row is called and can get an outcome: one that has one keeps it.
        state = try HotStatement(
            """
            INSERT INTO row_states (key, calls, attempts, started_at, outcome, code, message,
                new_contact, request_id, finished_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET calls = calls + excluded.calls,
                attempts = attempts + excluded.attempts,
                started_at = coalesce(started_at, excluded.started_at),
                outcome = excluded.outcome, code = excluded.code, message = excluded.message,
                new_contact = excluded.new_contact, request_id = excluded.request_id,
                finished_at = excluded.finished_at
            WHERE outcome = 'pending'
            """, in: db)
        call = try HotStatement(
            """
            INSERT INTO calls (key, call, run, operation, started_at, finished_at,
                microseconds, throttled, http_status, code, message, request_id)
            SELECT key, calls, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
            FROM row_states WHERE key = ?1
            """, in: db)
    }

    /// Writes a batch; a row's outcome is written together with its last call, as nearly all can be:
    /// apart it took half as long again.
    func write(_ batch: RunBatch, _ chain: inout ChainWriter) throws {
        var lastCalls: [Int: Int] = [:]
        for (index, call) in batch.calls.enumerated() { lastCalls[call.row] = index }
        var outcomes = [RowOutcome?](repeating: nil, count: batch.calls.count)
        var outcomesAlone: [RowOutcome] = []
        for outcome in batch.outcomes {
            if let index = lastCalls.removeValue(forKey: outcome.row) {
                outcomes[index] = outcome
            } else {
                outcomesAlone.append(outcome)
            }
        }
        for (call, outcome) in zip(batch.calls, outcomes) {
            let values = values(of: call)
            try update(call.row, with: call, outcome)
            try self.call.execute(values)
            if outcome != nil { try chain.append(.outcome, row: call.row, after: values) }
        }
        for outcome in outcomesAlone {
            try update(outcome.row, with: nil, outcome)
            try chain.append(.outcome, row: outcome.row)
        }
    }

    private func update(_ row: Int, with call: CallRecord?, _ outcome: RowOutcome?) throws {
        let count = try state.execute([
            key(row), .integer(call == nil ? 0 : 1), .integer(call?.isAttempt == true ? 1 : 0),
            .init(call?.startedAt), .text((outcome?.outcome ?? .pending).rawValue),
            .init(outcome?.code), .init(outcome?.message), .init(outcome?.newContact?.text),
            .init(outcome?.requestID), .init(outcome?.at),
        ])
        guard count == 1 else {
            throw LedgerError(
                .failed,
                "Row \(row) of job \(job.id) was changed by someone else during the run. Stop other "
                    + "programs that use this ledger, then `baton resume`.")
        }
    }

    private func values(of record: CallRecord) -> RowDigest.Call {
        let failure = record.failure
        return [
            key(record.row), .integer(run), .text(record.operation.rawValue),
            .init(record.startedAt), .init(record.finishedAt),
            .integer(record.duration.wholeNanoseconds / 1000),
            .integer(record.isThrottled ? 1 : 0),
            .init(failure == nil ? 200 : failure?.httpStatus), .init(failure?.code),
            .init(failure?.message), .init(record.requestID),
        ]
    }

    private func key(_ row: Int) -> HotStatement.Value {
        .integer(RowKey(job: job.number, row: row).value)
    }
}
