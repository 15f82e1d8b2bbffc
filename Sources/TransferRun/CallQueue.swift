import DequeModule
import TransferCore

/// The rows that wait for a call of one operation, that operation's pace, and whether it is down.
struct CallQueue: Sendable {
    private(set) var pace: PaceController
    private var service = ServiceWatch()
    private var inFlight = 0
    private var rows: Deque<Int> = []

    init(_ mode: PaceController.Mode, headroom: Double, at now: Instant) {
        pace = PaceController(mode, headroom: headroom, at: now)
    }

    enum Next {
        case call(row: Int, PaceController.Ticket)
        case wait(until: Instant)
        case nothing
    }

    var count: Int { rows.count }
    var first: Int? { rows.first }

    mutating func removeFirst() { rows.removeFirst() }

    mutating func append(_ row: Int) { rows.append(row) }

    /// Puts a row that was throttled before all others. Where the operation is down, after them: should
    /// the fault be this row's own, another one asks next whether it is back.
    mutating func takeBack(_ row: Int) {
        if service.isDown { rows.append(row) } else { rows.prepend(row) }
    }

    /// Puts rows that waited before all others, in their order.
    mutating func prepend(_ waited: [Int]) { rows.prepend(contentsOf: waited) }

    /// Takes the next row, if the quota has room for its call and the operation is not down.
    mutating func next(at now: Instant) -> Next {
        guard let row = rows.first, inFlight < (service.isDown ? 1 : pace.window) else {
            return .nothing
        }
        if service.isDown, service.nextCallAt > now { return .wait(until: service.nextCallAt) }
        switch pace.admit(at: now) {
        case (.now, let ticket):
            rows.removeFirst()
            inFlight += 1
            return .call(row: row, ticket)
        case (.at(let moment), _):
            return .wait(until: moment)
        }
    }

    mutating func removeAll() -> [Int] {
        defer { rows.removeAll() }
        return Array(rows)
    }

    mutating func change(to mode: PaceController.Mode, at now: Instant) {
        pace.change(to: mode, at: now)
    }

    mutating func hear(of quota: PaceController.Found, at now: Instant) {
        pace.hear(of: quota, at: now)
    }

    /// What is aimed at.
    var aim: Aim {
        Aim(rate: pace.rate, steadyRate: pace.steadyRate, isRateKnown: pace.isRateKnown)
    }

    /// Whether one call at a time asks if the operation is back.
    var isDown: Bool { service.isDown }

    /// Hears how a call ended; true where a fault is put down to the service and not to its row.
    mutating func heard(
        _ failure: TransferFailure?, of row: Int, _ ticket: PaceController.Ticket, at now: Instant
    ) -> Bool {
        inFlight -= 1
        if case .throttled(let retryAfter) = failure?.advice {
            pace.throttled(ticket, retryAfter: retryAfter, at: now)
        } else {
            pace.admitted(ticket, at: now)
        }
        return service.hear(
            failure, of: row, sentAt: ticket.sentAt, isLast: inFlight == 0, at: now)
    }

    /// Hears that a row is called no more.
    mutating func forget(_ row: Int) { service.forget(row) }

    /// Takes it that nothing is known of the service, after a time in which nothing was sent.
    mutating func restartWatch() { service = ServiceWatch() }
}

/// The calls a second that several queues aim at together.
struct Aim: Sendable {
    /// Now.
    var rate = 0.0
    /// In the long run.
    var steadyRate = 0.0
    var isRateKnown = true

    /// That of two queues together.
    mutating func add(_ other: Aim) {
        rate += other.rate
        steadyRate += other.steadyRate
        isRateKnown = isRateKnown && other.isRateKnown
    }
}

/// The queue of each operation.
struct CallQueues: Sendable {
    private var each = PerOperation<CallQueue?>(repeating: nil)

    subscript(operation: RowOperation) -> CallQueue? {
        get { each[operation] }
        _modify { yield &each[operation] }
    }

    // What is asked at each step, and so without a copy of the queue, which the subscript gives.

    /// The row that is transferred next.
    var nextTransfer: Int? { each.transferContact?.first }

    /// What is aimed at for transfers.
    var transferAim: Aim { each.transferContact?.aim ?? Aim() }

    /// Rows that wait to be looked at or transferred. Those that wait for a look-up leave the quotas
    /// of these two unused.
    var readyCount: Int {
        (each.describeContact?.count ?? 0) + (each.transferContact?.count ?? 0)
    }

    /// Whether any of them is down.
    var isAnyDown: Bool { RowOperation.allCases.contains { self[$0]?.isDown == true } }

    /// Takes all rows out that wait.
    mutating func removeAll() -> [Int] {
        RowOperation.allCases.flatMap { self[$0]?.removeAll() ?? [] }
    }

    mutating func forget(_ row: Int) {
        for operation in RowOperation.allCases { self[operation]?.forget(row) }
    }

    mutating func restartWatches() {
        for operation in RowOperation.allCases { self[operation]?.restartWatch() }
    }
}

/// A row that waits out its backoff; the earliest comes first.
struct WaitingRow: Comparable, Sendable {
    var until: Instant
    var row: Int
    var operation: RowOperation

    static func < (a: WaitingRow, b: WaitingRow) -> Bool {
        (a.until, a.row) < (b.until, b.row)
    }
}
