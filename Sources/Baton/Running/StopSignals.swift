import Dispatch
import Glibc
import Synchronization
import UnixSignals

/// The signals that ask a command to stop: SIGINT, SIGTERM and, where the terminal's end is to be
/// heeded, SIGHUP.
enum StopSignals {
    /// What ends the process while nothing is sent yet.
    private static let early = Mutex<[any DispatchSourceSignal]>([])

    /// Ends the process at a signal with a sentence and 75, until ``trapped()``: as long as nothing
    /// was sent there is nothing to wait for, and what is stored is stored whole or not at all.
    ///
    /// On a queue of its own, since the pool's threads may all wait: for a disk, or for an answer.
    static func endAtOnce() {
        let queue = DispatchQueue(label: "baton signals")
        early.withLock { early in
            guard early.isEmpty else { return }
            early = all.map { signal in
                let source = DispatchSource.makeSignalSource(signal: signal.rawValue, queue: queue)
                source.setEventHandler {
                    Console.complain(
                        "Stopped before this run sent anything. The same command again goes on.")
                    _exit(ExitStatus.stoppedEarly.rawValue)
                }
                source.resume()
                return source
            }
        }
    }

    /// Traps the signals for a run, which drains at the first of them.
    static func trapped() async -> UnixSignalsSequence {
        let signals = await UnixSignalsSequence(trapping: all)
        early.withLock { early in
            for source in early { source.cancel() }
            early = []
        }
        return signals
    }

    /// nohup(1) has SIGHUP ignored before the program starts: then it stays so.
    private static var all: [UnixSignal] {
        isHangUpIgnored ? [.sigint, .sigterm] : [.sigint, .sigterm, .sighup]
    }

    private static var isHangUpIgnored: Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0,
            let handler = action.__sigaction_handler.sa_handler
        else { return false }
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
