import GRDB
import TransferCore

extension Database {
    func store(_ state: RunState, of run: Int64) throws {
        try cachedStatement(
            sql: """
                INSERT OR REPLACE INTO run_states
                    (run, at, paused_by, opens_at, in_flight, calls, throttled, rate,
                    rows_per_second, work_ms, ends_at, rows_at_stop)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            run, state.at.milliseconds, state.pause.askedBy, state.pause.opensAt?.milliseconds,
            state.inFlight, state.calls, state.throttled, state.rate,
            state.rowsPerSecond, state.timeLeft.map { $0.work.wholeNanoseconds / 1_000_000 },
            state.timeLeft?.endsAt?.milliseconds, state.timeLeft?.rowsAtStop,
        ])
    }
}

extension LedgerReader {
    /// How a run stood at its last commit; nil before its first.
    package func state(of run: RunRecord) throws -> RunState? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM run_states WHERE run = ?", arguments: [run.number]
        ).map(RunState.init)
    }
}

extension RunState {
    fileprivate init(_ row: Row) {
        self.init(at: Timestamp(milliseconds: row["at"]))
        pause.askedBy = row["paused_by"]
        pause.opensAt = (row["opens_at"] as Int64?).map(Timestamp.init(milliseconds:))
        inFlight = row["in_flight"]
        calls = row["calls"]
        throttled = row["throttled"]
        rate = row["rate"]
        rowsPerSecond = row["rows_per_second"]
        guard let work = row["work_ms"] as Int64? else { return }
        timeLeft = TimeLeft(
            work: .milliseconds(work),
            endsAt: (row["ends_at"] as Int64?).map(Timestamp.init(milliseconds:)),
            rowsAtStop: row["rows_at_stop"])
    }
}
