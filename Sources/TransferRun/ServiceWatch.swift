import TransferCore

/// Tells an operation that is down from rows that fail, by how all of its calls end.
///
/// Where call after call meets a fault (5xx, no answer, no connection), the fault is not the rows':
/// to try each of them eight times would spend the quota on a service that is down, and end rows by
/// the thousand as uncertain that a quiet hour would have transferred. So after a number of faults
/// in a row one call at a time asks now and then whether the service is back, and no fault is put
/// down to a row. Any other answer, a refusal too, opens the operation again at once.
struct ServiceWatch: Sendable {
    private var faults = Faults()
    /// Rows that met a fault when others met none: they may be the cause of theirs.
    private var suspects: Set<Int> = []
    /// Calls that asked whether it is back.
    private var asked = 0
    /// Not before then is the service asked again; of meaning while it is down.
    private(set) var nextCallAt = Instant.start

    /// Faults since the last call that met none.
    private struct Faults: Sendable {
        var since: Instant?
        /// Whether a call met one that was sent when another had been heard: all that were under
        /// way together count as one signal.
        var isRepeated = false
        /// Calls that never left.
        var unsent = 0
        /// Calls that may have reached the service.
        var unanswered = 0
        var rows: Set<Int> = []

        var areOfService: Bool {
            guard isRepeated else { return false }
            return unsent >= faultsMax || (unanswered >= faultsMax && rows.count >= rowsMin)
        }
    }

    /// Faults in a row by which a service is down. One that fails half of all calls meets this once
    /// in a thousand, and a second is lost by it.
    private static let faultsMax = 10
    /// Rows that they are of, at the least: the first of a flow and destination are 8 at a time.
    private static let rowsMin = 5
    private static let firstWait = Duration.seconds(1)
    private static let waitMax = Duration.seconds(10)

    /// Whether one call at a time may be made, and faults are the service's.
    var isDown: Bool { faults.areOfService }

    /// Hears how a call ended; true where a fault is put down to the service and not to its row.
    ///
    /// - Parameter isLast: whether no other call of the operation is under way.
    mutating func hear(
        _ failure: TransferFailure?, of row: Int, sentAt: Instant, isLast: Bool, at now: Instant
    ) -> Bool {
        guard case .retry(let mayHaveArrived, let retryAfter) = failure?.advice else {
            if !faults.rows.isEmpty { suspects.formUnion(faults.rows) }
            forget(row)
            faults = Faults()
            asked = 0
            return false
        }
        let wasDown = isDown
        note(row, mayHaveArrived, sentAt: sentAt, at: now)
        guard isDown, isLast || !wasDown else { return wasDown }
        let wait = min(Self.firstWait * (1 << min(asked, 8)), Self.waitMax)
        nextCallAt = now.advanced(by: max(wait, retryAfter ?? .zero))
        asked += 1
        return wasDown
    }

    /// Hears that a row is called no more.
    mutating func forget(_ row: Int) {
        if !suspects.isEmpty { suspects.remove(row) }
    }

    private mutating func note(
        _ row: Int, _ mayHaveArrived: Bool, sentAt: Instant, at now: Instant
    ) {
        if let since = faults.since, sentAt >= since { faults.isRepeated = true }
        faults.since = faults.since ?? now
        if !mayHaveArrived {
            faults.unsent += 1
        } else if !suspects.contains(row) {
            faults.unanswered += 1
            faults.rows.insert(row)
        }
    }
}
