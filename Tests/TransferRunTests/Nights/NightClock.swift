import TransferCore

/// The true time, which the service lives by, and what the clock of the run's machine shows.
struct NightClock {
    /// The true time at the start of the present run.
    private(set) var dusk = Timestamp(milliseconds: 1_800_000_000_000)
    /// How far the machine's clock is ahead: an hour at the most, either way.
    var ahead = Duration.zero

    func time(at now: Instant) -> Timestamp { dusk.later(by: Instant.start.duration(to: now)) }

    func wall(at now: Instant) -> Timestamp { wall(of: time(at: now)) }

    /// What the machine's clock would have shown by its present setting.
    func wall(of time: Timestamp) -> Timestamp { time.later(by: ahead) }

    /// Goes on to the start of the next run.
    mutating func wait(from now: Instant, for duration: Duration) {
        dusk = time(at: now).later(by: duration)
    }
}

extension Timestamp {
    func later(by duration: Duration) -> Timestamp { self - (.zero - duration) }
}
