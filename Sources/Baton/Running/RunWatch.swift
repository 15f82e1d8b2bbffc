import Synchronization
import TransferCore
import TransferLedger
import TransferRun

/// Says when the service falls silent and when it answers again, when the run pauses, and which rows
/// are held back; with `--verbose` also what the pace does.
final class RunWatch: Sendable {
    private let console: Console
    private let options: RunOptions
    /// What to type to end a pause that was asked for.
    private let goOn: String
    private let state = Mutex(State())

    private struct State {
        var throttled = 0
        var held = 0
        var isSilent = false
        var pause = Pause()

        /// Hears how long no call was answered; a call or two are nobody's business.
        mutating func turn(_ silence: RunProgress.Silence?) -> Turn? {
            guard let silence else {
                defer { isSilent = false }
                return isSilent ? .answersAgain : nil
            }
            guard !isSilent, silence.lasts >= RunWatch.silenceMin else { return nil }
            isSilent = true
            return .fellSilent(silence.failure)
        }
    }

    private enum Turn {
        case fellSilent(TransferFailure)
        case answersAgain
    }

    private static let silenceMin = Duration.seconds(3)

    init(console: Console, options: RunOptions, goOn: String) {
        self.console = console
        self.goOn = goOn
        self.options = options
    }

    func update(_ progress: RunProgress) {
        let (before, turn) = state.withLock { state in
            defer {
                state.throttled = progress.throttled
                state.held = progress.held.count
                state.pause = progress.pause
            }
            return (state, state.turn(progress.silence))
        }
        for group in progress.held.dropFirst(before.held) {
            say(group.words, .progress(progress, word: "held back"))
        }
        if progress.pause != before.pause {
            let word = progress.pause.isOn ? "pause" : "resume"
            say(sentence(for: progress.pause), .progress(progress, word: word))
        }
        if progress.throttled > before.throttled {
            console.detail(
                "\(progress.throttled.grouped) of \(progress.calls.grouped) calls throttled; "
                    + "going on at \(progress.rate.short) a second.",
                .progress(progress, word: "throttled"))
        }
        switch turn {
        case .fellSilent(let failure):
            say(
                "\(failure.meets) (\(failure.code)): \(failure.sentence) Trying again, for "
                    + "\(options.unreachableMax.words) in all; no row is lost by it.",
                LogEvent(word: "silence", fields: ["code": .text(failure.code)]))
        case .answersAgain: say("The service answers again.", LogEvent(word: "answers again"))
        case nil: break
        }
    }

    private func sentence(for pause: Pause) -> String {
        if let wisher = pause.askedBy {
            return "Paused, as \(wisher) asked: nothing is sent until `\(goOn)`."
        }
        if let opensAt = pause.opensAt, let window = options.window {
            return "Outside of the window \(window). Nothing is sent until it opens, in "
                + "\((opensAt - .now).words)."
        }
        return "Going on."
    }

    private func say(_ text: String, _ event: LogEvent) {
        if Console.isTerminal { Console.draw("") }
        console.say(text, event)
    }
}
