import ArgumentParser
import UnixSignals

/// Waits for signals: the first drains the run, the second ends the program.
///
/// - Parameter lost: what becomes of calls under way that the second one cuts off.
func hear(
    _ signals: UnixSignalsSequence, _ console: Console,
    lost: String = "Calls under way are looked into by `resume`.",
    onFirst stop: @Sendable () -> Void
) async throws(ExitCode) {
    let clock = ContinuousClock()
    var stoppedAt: ContinuousClock.Instant?
    for await _ in signals {
        if let stoppedAt {
            // timeout(1) signals the process and then its group: one wish that is heard twice.
            guard stoppedAt.duration(to: clock.now) > .milliseconds(250) else { continue }
            Console.complain("Interrupted twice. \(lost)")
            throw ExitStatus.interruptedTwice.code
        }
        stoppedAt = clock.now
        if Console.isTerminal { Console.draw("") }
        console.say(
            "Stopping: waiting for the calls under way. Once more to stop at once.",
            LogEvent(word: "stopping"))
        stop()
    }
}
