import TransferCore

/// Whether a window is open, and how long that stays so: the time zone's rules are not asked before
/// every call.
struct WindowLook: Sendable {
    let isOpen: Bool
    let until: Timestamp
    private let from: Timestamp

    /// Looks again only where an earlier look does not hold any more.
    init(of window: DailyWindow, at wall: Timestamp, after earlier: WindowLook?) {
        if let earlier, earlier.from <= wall, wall < earlier.until {
            self = earlier
        } else {
            isOpen = window.isOpen(at: wall)
            until = window.nextChange(after: wall)
            from = wall
        }
    }
}
