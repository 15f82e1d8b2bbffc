package import TransferCore
package import TransferLedger

extension RunMachine {
    /// Does what somebody asks of the run.
    package mutating func obey(_ wish: Wish, at now: Instant, wall: Timestamp) {
        switch wish.kind {
        case .pause:
            change(wall, now, kind: RunEvent.pause, "asked by \(wish.wisher)") {
                $0.askedBy = $0.askedBy ?? wish.wisher
            }
        case .goOn:
            change(wall, now, kind: RunEvent.resume, "asked by \(wish.wisher)") { $0.askedBy = nil }
        case .pace(let mode):
            for lane in lanes.indices {
                lanes[lane].queues[.transferContact]?.change(to: mode, at: now)
            }
            let event = RunEvent(
                at: wall, kind: RunEvent.pace, detail: "\(mode.words); asked by \(wish.wisher)")
            batch.announce(event, at: now)
        }
    }

    /// Ends the run at the time that was set, and lets it wait for its window.
    mutating func followClock(at now: Instant, wall: Timestamp, wakes: inout [Instant]) {
        guard ending == nil else { return }
        var moments: [Timestamp] = []
        if let stopsAt = options.stopsAt {
            if wall >= stopsAt { return end(.timeIsUp, at: now) }
            moments.append(stopsAt)
        }
        if let window = options.window {
            let look = WindowLook(of: window, at: wall, after: windowLook)
            windowLook = look
            let detail =
                look.isOpen
                ? "the window \(window) is open"
                : "the window \(window) opens at \(look.until.iso8601)"
            change(wall, now, kind: look.isOpen ? RunEvent.resume : RunEvent.pause, detail) {
                $0.opensAt = look.isOpen ? nil : look.until
            }
            moments.append(look.until)
        }
        guard let next = moments.min() else { return }
        wakes.append(now.advanced(by: min(next - wall, Self.clockTrust)))
    }

    /// How long the wall clock is trusted to go on as it goes: it may be set at any time.
    private static let clockTrust = Duration.seconds(30)

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
        for lane in lanes.indices { lanes[lane].queues.restartWatches() }
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
        case .likely(let rate, let burst): "auto, from \(rate) a second, burst \(burst)"
        case .fixed(let rate, let burst): "\(rate) a second, burst \(burst)"
        }
    }
}
