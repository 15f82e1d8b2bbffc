package import TransferCore
package import TransferLedger

extension RunMachine {
    /// Does what somebody asks of the run.
    package mutating func obey(_ wish: Wish, at now: Instant, wall: Timestamp) {
        switch wish.kind {
        case .pause:
            change(wall, now, kind: "pause", "asked by \(wish.wisher)") {
                $0.askedBy = $0.askedBy ?? wish.wisher
            }
        case .goOn:
            change(wall, now, kind: "resume", "asked by \(wish.wisher)") { $0.askedBy = nil }
        case .pace(let mode):
            queues[.transferContact]?.change(to: mode, at: now)
            let event = RunEvent(
                at: wall, kind: "pace", detail: "\(mode.words); asked by \(wish.wisher)")
            batch.announce(event, at: now)
        }
    }

    /// Changes what keeps the run from sending, and notes it where it makes a difference.
    ///
    /// Silence is counted anew: while nothing is sent nothing is answered.
    private mutating func change(
        _ wall: Timestamp, _ now: Instant, kind: String, _ detail: String,
        _ change: (inout Pause) -> Void
    ) {
        let before = progress.pause
        change(&progress.pause)
        guard progress.pause != before else { return }
        silentSince = nil
        progress.silence = nil
        batch.announce(RunEvent(at: wall, kind: kind, detail: detail), at: now)
    }
}

extension PaceController.Mode {
    /// The mode in the ledger's words.
    var words: String {
        switch self {
        case .auto: "auto"
        case .fixed(let rate, let burst): "\(rate) a second, burst \(burst)"
        }
    }
}
