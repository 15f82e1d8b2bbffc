import TransferCore

/// Tells a service that is down from rows that fail, by how all of a run's calls end.
///
/// Where call after call meets a fault (5xx, no answer, no connection), the fault is not the rows':
/// to try each of them eight times would spend the quota on a service that is down, and end rows by
/// the thousand as uncertain that a quiet hour would have transferred. So after a number of faults
/// in a row one call at a time asks now and then whether the service is back, and no fault is put
/// down to a row. Any other answer, a refusal too, opens the run again at once.
struct ServiceWatch: Sendable {
    private var faults = 0
    /// Rows whose calls may have reached the service, among the faults in a row.
    private var rows: Set<Int> = []
    private var since: Instant?
    /// Calls that asked whether it is back.
    private(set) var asked = 0
    /// Not before then is the service asked again; of meaning while it is down.
    private(set) var nextCallAt = Instant.start

    /// Faults in a row by which a service is down. One that fails half of all calls meets this once
    /// in a thousand, and a second is lost by it.
    static let faultsMax = 10
    private static let firstWait = Duration.seconds(1)
    private static let waitMax = Duration.seconds(10)

    /// Whether one call at a time may be made, and faults are the service's.
    var isDown: Bool { faults >= Self.faultsMax }

    /// How long it has been since the first of the faults in a row; nil where the last call met
    /// none.
    func lasts(at now: Instant) -> Duration? { since?.duration(to: now) }

    /// Hears how a call ended; true where a fault is put down to the service and not to its row.
    ///
    /// - Parameter isLast: whether no other call is under way.
    mutating func hear(_ answer: CallAnswer, isLast: Bool, at now: Instant) -> Bool {
        guard case .retry(let mayHaveArrived, let retryAfter) = answer.failure?.advice else {
            self = ServiceWatch()
            return false
        }
        since = since ?? now
        let wasDown = isDown
        // A few rows that meet a fault each time may be the cause of it; a call that never left can
        // not.
        if !mayHaveArrived || rows.insert(answer.call.row).inserted { faults += 1 }
        guard isDown, isLast || !wasDown else { return wasDown }
        let wait = min(Self.firstWait * (1 << min(asked, 8)), Self.waitMax)
        nextCallAt = now.advanced(by: max(wait, retryAfter ?? .zero))
        asked += 1
        return wasDown
    }
}

extension RowOperation {
    /// All of them, from another one on at each turn: while one alone is down, the others tell that
    /// the service is not.
    static func inTurn(_ turn: Int) -> [RowOperation] {
        guard turn > 0 else { return allCases }
        let all = allCases
        let first = turn % all.count
        return Array(all[first...] + all[..<first])
    }
}
