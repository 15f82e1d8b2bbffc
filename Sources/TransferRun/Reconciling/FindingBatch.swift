import TransferCore
import TransferLedger

/// Gathers what is to be committed together, one commit at a time.
struct FindingBatch: Sendable {
    private var found: [FoundRow] = []
    private var since: Instant?
    private var isCommitting = false

    /// What a kill may cost, in calls that have to be made again.
    static let ageMax = Duration.milliseconds(250)
    static let rowsMax = 1024
    /// Rows that may wait while a commit is under way: beyond it nothing more is asked.
    static let waitingMax = 4096

    mutating func add(_ row: FoundRow, at now: Instant) {
        found.append(row)
        since = since ?? now
    }

    /// Hands out the batch when its time has come; call ``settled()`` once it is on the disk.
    mutating func take(at now: Instant, isLast: Bool) -> [FoundRow]? {
        guard !isCommitting, !found.isEmpty else { return nil }
        guard isLast || due.map({ $0 <= now }) == true || found.count >= Self.rowsMax else {
            return nil
        }
        defer {
            found = []
            since = nil
        }
        isCommitting = true
        return found
    }

    mutating func settled() { isCommitting = false }

    /// When the batch must be handed out; nil where there is nothing, or a commit is under way.
    var due: Instant? { isCommitting ? nil : since?.advanced(by: Self.ageMax) }
    var isSettled: Bool { found.isEmpty && !isCommitting }
    var isOverdue: Bool { found.count >= Self.waitingMax }
}
