import Glibc
import UnixSignals

/// The signals that ask a run to stop.
enum StopSignals {
    /// Traps SIGINT, SIGTERM and, where the terminal's end is to be heeded, SIGHUP.
    ///
    /// nohup(1) has SIGHUP ignored before the program starts: then it stays so.
    static func trapped() async -> UnixSignalsSequence {
        isHangUpIgnored
            ? await UnixSignalsSequence(trapping: .sigint, .sigterm)
            : await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    }

    private static var isHangUpIgnored: Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0,
            let handler = action.__sigaction_handler.sa_handler
        else { return false }
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
