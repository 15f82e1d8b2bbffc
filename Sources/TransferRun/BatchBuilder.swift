import TransferCore
import TransferLedger

/// Gathers what is to be committed together: at most 50 ms or 1,024 entries, one commit at a time.
struct BatchBuilder: Sendable {
    private var batch = RunBatch()
    private var since: Instant?
    private var isCommitting = false

    static let ageMax = Duration.milliseconds(50)
    static let entriesMax = 1024
    /// Entries that may wait while a commit is under way: beyond it nothing more is sent, so that
    /// a slow disk slows the run down and not its memory up.
    static let waitingMax = 4096

    mutating func add(_ call: CallRecord, at now: Instant) {
        batch.calls.append(call)
        since = since ?? now
    }

    mutating func add(_ outcome: RowOutcome, at now: Instant) {
        batch.outcomes.append(outcome)
        since = since ?? now
    }

    mutating func release(_ row: Int, at now: Instant) {
        batch.released.append(row)
        since = since ?? now
    }

    /// Adds an event to whatever is committed next.
    mutating func note(_ event: RunEvent) { batch.events.append(event) }

    /// Adds an event that is waited for elsewhere.
    mutating func announce(_ event: RunEvent, at now: Instant) {
        note(event)
        since = since ?? now
    }

    /// Hands out the batch when its time has come; call ``settled()`` once it is on the disk.
    mutating func take(at now: Instant, isLast: Bool) -> RunBatch? {
        guard !isCommitting, !batch.isEmpty else { return nil }
        let isDue = due.map { $0 <= now } ?? false
        guard isLast || isDue || entries >= Self.entriesMax else { return nil }
        defer {
            batch = RunBatch()
            since = nil
        }
        isCommitting = true
        return batch
    }

    mutating func settled() { isCommitting = false }

    /// When the batch must be handed out; nil where there is nothing, or a commit is under way.
    var due: Instant? { isCommitting ? nil : since?.advanced(by: Self.ageMax) }

    /// Whether nothing waits and nothing is under way.
    var isSettled: Bool { batch.isEmpty && !isCommitting }

    var isOverdue: Bool { entries >= Self.waitingMax }

    private var entries: Int { max(batch.calls.count, batch.outcomes.count) }
}
