import TransferCore
import TransferLedger

extension RunMachine {
    /// Estimates the time left, once a second, and sooner where another rate is aimed at.
    mutating func estimate(_ aim: Aim, at now: Instant, wall: Timestamp) {
        let (rate, isRateKnown) = (aim.steadyRate, aim.isRateKnown)
        guard estimator.isDue(rate: rate, isRateKnown: isRateKnown, at: now) else { return }
        estimator.hear(
            done: progress.totals.done, rate: rate,
            isRateKnown: isRateKnown, isPaused: progress.pause.isOn, at: now)
        progress.rowsPerSecond = estimator.throughput.rowsPerSecond(
            done: progress.totals.done, at: now)
        let rows = progress.totals[.pending]
        let demands = RowOperation.allCases.flatMap { operation in
            let callsARow = callsARow(operation)
            return lanes.map { lane in
                TimeLeft.Demand(
                    calls: Double(lane.pending) * callsARow,
                    rate: lane.queues[operation]?.pace.steadyRate ?? 0)
            }
        }
        progress.timeLeft = TimeLeft(
            rows: rows, demands: demands, rowsPerSecond: progress.rowsPerSecond, from: wall,
            window: options.window, stopsAt: options.stopsAt)
    }

    /// Calls of one operation for each row: as many as there were for those done in this run, or as
    /// there should be, before enough are done to tell.
    private func callsARow(_ operation: RowOperation) -> Double {
        let done = progress.totals.done - estimator.doneBefore
        if done >= Estimator.rowsMin {
            return Double(calls.admitted(operation)) / Double(done)
        }
        return switch operation {
        case .transferContact: 1
        case .describeContact: options.verifies ? 1 : 0
        case .listAssociatedContacts: 0
        }
    }
}

/// What a run remembers in order to estimate its time left.
struct Estimator: Sendable {
    /// Rows that were done before this run.
    let doneBefore: Int
    private(set) var throughput = Throughput()
    private var last: (at: Instant, rate: Double)?
    /// The rate that was aimed at when the throughput was begun to be measured.
    private var rate = 0.0
    private var isRateKnown = false

    /// Rows whose calls tell how many a row takes.
    static let rowsMin = 20
    private static let interval = Duration.seconds(1)
    private static let shortInterval = Duration.milliseconds(100)

    init(doneBefore: Int) { self.doneBefore = doneBefore }

    mutating func isDue(rate: Double, isRateKnown: Bool, at now: Instant) -> Bool {
        if let last, isRateKnown == self.isRateKnown {
            let age = last.at.duration(to: now)
            let hasTurned = abs(rate - last.rate) > 0.02 * last.rate
            guard age >= (hasTurned ? Self.shortInterval : Self.interval) else { return false }
        }
        last = (now, rate)
        return true
    }

    /// At another rate, and after a pause, what was measured before tells nothing.
    mutating func hear(
        done: Int, rate: Double, isRateKnown: Bool, isPaused: Bool, at now: Instant
    ) {
        self.isRateKnown = isRateKnown
        if isPaused || abs(rate - self.rate) > 0.2 * self.rate {
            throughput.restart()
            self.rate = rate
        }
        if !isPaused { throughput.hear(done: done, at: now) }
    }
}
