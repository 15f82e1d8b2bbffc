import Synchronization
import TransferCore
import TransferLedger
import TransferRun

/// The line that shows how far a run is: redrawn four times a second, on a terminal only.
final class ProgressLine: Sendable {
    private struct State {
        var progress = RunProgress()
        /// Rows done at past looks, for the rate of the last seconds.
        var looks: [(at: ContinuousClock.Instant, done: Int)] = []
    }

    private let state = Mutex(State())
    private static let interval = Duration.milliseconds(250)
    private static let logInterval = Duration.seconds(10)
    /// Looks that the shown rate is measured over: 5 s.
    private static let looksMax = 20

    /// The newest figures.
    var progress: RunProgress { state.withLock { $0.progress } }

    /// Takes the newest figures.
    func update(_ progress: RunProgress) {
        state.withLock { $0.progress = progress }
    }

    /// Draws until cancelled, then clears the line.
    func draw() async {
        while !Task.isCancelled {
            Console.draw(state.withLock { Self.look(&$0) })
            // Cancelled is what this loop waits for.
            try? await Task.sleep(for: Self.interval)
        }
        Console.draw("")
    }

    /// Logs the figures every few seconds until cancelled, where lines are read by programs.
    func log(to console: Console) async {
        while !Task.isCancelled {
            // Cancelled is what this loop waits for.
            try? await Task.sleep(for: Self.logInterval)
            if Task.isCancelled { return }
            let progress = progress
            console.say(Self.line(progress, rate: progress.rowsPerSecond ?? 0), .progress(progress))
        }
    }

    private static func look(_ state: inout State) -> String {
        let progress = state.progress
        // Until the run has looked into the ledger there is nothing to show.
        guard progress.totals.rows > 0 else { return "" }
        let now = ContinuousClock.now
        state.looks.append((now, progress.totals.done))
        if state.looks.count > looksMax { state.looks.removeFirst() }
        let first = state.looks[0]
        let seconds = (now - first.at).seconds
        let rate = seconds > 0 ? Double(progress.totals.done - first.done) / seconds : 0
        return line(progress, rate: rate)
    }

    private static func line(_ progress: RunProgress, rate: Double) -> String {
        let totals = progress.totals
        var parts = [
            "\(totals.done.grouped)/\(totals.rows.grouped)",
            "\(rate.short)/s",
            "\(progress.throttled.grouped) throttled",
            "\(totals.amiss.grouped) failed",
        ]
        if progress.pause.isOn { parts.insert(progress.pause.words, at: 0) }
        if let left = progress.timeLeft, totals[.pending] > 0 {
            parts.append(left.words(at: .now, isPaused: progress.pause.askedBy != nil))
        }
        return parts.joined(separator: " · ")
    }
}
