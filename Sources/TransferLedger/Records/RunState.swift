package import TransferCore

/// How a run stood at its last commit, for who looks at it from elsewhere.
package struct RunState: Sendable, Hashable {
    package var at: Timestamp
    package var pause = Pause()
    package var inFlight = 0
    /// TransferContact calls answered by this run.
    package var calls = 0
    package var throttled = 0
    /// Calls a second that are aimed at.
    package var rate = 0.0
    /// Rows done a second in the last minute; nil where that could not be told.
    package var rowsPerSecond: Double?
    /// Nil where it could not be told.
    package var timeLeft: TimeLeft?

    package init(at: Timestamp) { self.at = at }
}

/// What keeps a run from sending for now; both may.
package struct Pause: Sendable, Hashable {
    /// Who asked for it; nil where nobody did.
    package var askedBy: String?
    /// When the window opens that the run waits for; nil where it waits for none.
    package var opensAt: Timestamp?

    package init() {}

    /// Whether anything does.
    package var isOn: Bool { askedBy != nil || opensAt != nil }
}
