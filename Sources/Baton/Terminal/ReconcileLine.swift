import Synchronization
import TransferCore
import TransferLedger
import TransferRun

/// Shows how far a reconciliation is: on a terminal four times a second, for programs every ten
/// seconds; and says when the service falls silent and when it answers again.
final class ReconcileLine: Sendable {
    private struct State {
        var progress: ReconcileProgress?
        var isSilent = false
    }

    private let console: Console
    private let state = Mutex(State())
    private static let interval = Duration.milliseconds(250)
    private static let logInterval = Duration.seconds(10)
    private static let silenceMin = Duration.seconds(3)

    init(console: Console) { self.console = console }

    /// Takes the newest figures.
    func update(_ progress: ReconcileProgress) {
        let before = state.withLock { state in
            defer {
                state.progress = progress
                if let silence = progress.silence {
                    state.isSilent = state.isSilent || silence.lasts >= Self.silenceMin
                } else {
                    state.isSilent = false
                }
            }
            return state.isSilent
        }
        if let silence = progress.silence, silence.lasts >= Self.silenceMin, !before {
            say(
                "\(silence.failure.meets) (\(silence.failure.code)): \(silence.failure.sentence) "
                    + "Trying again.")
        }
        if before, progress.silence == nil { say("The service answers again.") }
    }

    /// Draws, or logs, until cancelled.
    func show() async {
        if Console.isTerminal, console.level != .quiet {
            while !Task.isCancelled {
                if let progress = state.withLock({ $0.progress }) { Console.draw(progress.words) }
                // Cancelled is what this loop waits for.
                try? await Task.sleep(for: Self.interval)
            }
            Console.draw("")
        }
        while LogLine.format == .json, !Task.isCancelled {
            // Cancelled is what this loop waits for.
            try? await Task.sleep(for: Self.logInterval)
            guard !Task.isCancelled, let progress = state.withLock({ $0.progress }) else { return }
            console.say(progress.words, LogEvent(word: "progress", fields: progress.fields))
        }
    }

    private func say(_ text: String) {
        if Console.isTerminal { Console.draw("") }
        console.say(text, LogEvent(word: "silence"))
    }
}

extension ReconcileProgress {
    fileprivate var words: String {
        var parts = [
            "\(totals.rows.grouped)/\(rows.grouped)",
            "\((rowsPerSecond ?? 0).short)/s",
            "\(throttled.grouped) throttled",
            totals.exceptions.of("exception"),
        ]
        if let rowsPerSecond, rowsPerSecond > 0, rows > totals.rows {
            let left = Duration.seconds(Double(rows - totals.rows) / rowsPerSecond)
            parts.append("\(left.words) left")
        }
        return parts.joined(separator: " · ")
    }

    fileprivate var fields: [String: LogValue] {
        var fields: [String: LogValue] = [
            "done": .whole(totals.rows), "rows": .whole(rows), "calls": .whole(calls),
            "throttled": .whole(throttled), "matched": .whole(totals.matched),
            "exceptions": .whole(totals.exceptions), "rateAimedAt": .number(rate),
        ]
        fields["rowsPerSecond"] = rowsPerSecond.map(LogValue.number)
        return fields
    }
}
