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
            guard stoppedAt.duration(to: clock.now) > echoMax else { continue }
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

/// Writes reports until a signal comes: they can be written again at any time, and what is there of
/// them by then is removed.
///
/// - Parameters:
///   - again: the command that writes them.
///   - wasStopped: whether a signal came before, so that the next one is the second.
func untilStopped<Written: Sendable>(
    again: String, wasStopped: Bool = false,
    _ write: @escaping @Sendable () async throws -> Written
) async throws -> Written {
    let signals = await StopSignals.trapped()
    return try await withThrowingTaskGroup(of: Written?.self) { group in
        // The ledger's reads, which are most of it, are broken off.
        defer { group.cancelAll() }
        group.addTask { try await write() }
        group.addTask {
            guard await isHeard(signals, wasStopped: wasStopped) else { return nil }
            Console.complain("Stopped while the report was being written. Again: \(again)")
            throw (wasStopped ? ExitStatus.interruptedTwice : .stoppedEarly).code
        }
        while let written = try await group.next() {
            if let written { return written }
        }
        throw CancellationError()
    }
}

/// Waits for a signal; false where the waiting is cancelled.
///
/// - Parameter wasStopped: whether a signal came before, whose echo does not count.
func isHeard(_ signals: UnixSignalsSequence, wasStopped: Bool) async -> Bool {
    let clock = ContinuousClock()
    let begunAt = clock.now
    for await _ in signals {
        if wasStopped, begunAt.duration(to: clock.now) <= echoMax { continue }
        return true
    }
    return false
}

/// The time within which a second signal is the first one's echo.
private let echoMax = Duration.milliseconds(250)
