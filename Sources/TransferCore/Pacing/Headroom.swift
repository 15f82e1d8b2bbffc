/// A share of a quota that is left to others.
///
/// How much there is shows only where all of it is used: for as long as it takes to measure it, again
/// after ten minutes, and in between for a few seconds at a time, to see whether it has risen. What
/// such a look takes beyond the share is given back at once, by silence.
struct Headroom: Sendable {
    /// The share that is used, from more than 0 to 1.
    let used: Double
    private var room: Room?
    private var look: Look?
    private var measuredAt: Instant?

    private struct Room {
        var rate: Double
        var until: Instant
    }

    fileprivate struct Look {
        var since: Instant
        var sentBefore: Int
        /// Whether a quota that seems to be what it was is measured all the same.
        var isThorough: Bool
    }

    private static let rateMin = 0.05
    /// Between two looks, and the calls that pay for the refusal in which one ends.
    private static let lookInterval = Duration.seconds(40)
    private static let lookCalls = 200.0
    private static let measureInterval = Duration.seconds(600)
    /// After so long without a result others are at work: what they leave counts as the quota, until
    /// it is measured again.
    private static let lookMax = Duration.seconds(120)
    private static let silenceSecondsMax = 20.0

    init(leaving share: Double) { used = 1 - min(max(share, 0), 0.99) }

    /// The rate that leaves the share; nil while all of the quota is used.
    var rate: Double? { room?.rate }

    mutating func forget() {
        room = nil
        look = nil
        measuredAt = nil
    }

    /// Whether all of the quota is used from here on, to see how much it is.
    mutating func looks(sent: Int, at now: Instant) -> Bool {
        guard let room, room.until <= now else { return false }
        let isMeasured = measuredAt.map { $0.duration(to: now) < Self.measureInterval } ?? false
        look = Look(since: now, sentBefore: sent, isThorough: !isMeasured)
        self.room = nil
        return true
    }

    /// The quota is another now: the share is of that.
    mutating func follow(_ quota: Double) { room?.rate = max(used * quota, Self.rateMin) }

    /// Others need more than was left to them.
    mutating func refused() {
        guard let room else { return }
        self.room?.rate = max(0.9 * room.rate, Self.rateMin)
    }

    /// Hears that a call found the bucket empty while all of the quota was used.
    ///
    /// - Parameters:
    ///   - found: the quota, as far as it is known.
    ///   - isMeasured: whether it was measured just now.
    ///   - steadyRate: what can be had now, as far as that can be told.
    /// - Returns: the calls to be left out now.
    mutating func emptied(
        _ ticket: PaceController.Ticket, _ found: PaceController.Found, isMeasured: Bool,
        steadyRate: Double, at now: Instant
    ) -> Double {
        guard used < 1 else { return 0 }
        let rate = used * found.rate
        let pause = max(Self.lookInterval, .nanoseconds(Int64(Self.lookCalls / rate * 1e9)))
        if isMeasured {
            measuredAt = now
            leave(rate, until: now.advanced(by: pause))
        } else if let look, !look.isThorough, look.finds(found, at: ticket) {
            leave(rate, until: now.advanced(by: pause))
            let time = look.since.duration(to: ticket.sentAt).seconds
            let taken = Double(ticket.number - look.sentBefore) - rate * time
            return min(max(taken, 0), Self.silenceSecondsMax * rate)
        } else if let look, look.since.duration(to: now) > Self.lookMax {
            leave(used * steadyRate, until: now.advanced(by: Self.measureInterval))
        }
        return 0
    }

    private mutating func leave(_ rate: Double, until moment: Instant) {
        room = Room(rate: max(rate, Self.rateMin), until: moment)
        look = nil
    }
}

extension Headroom.Look {
    /// Whether what was admitted up to a refused call is what a full bucket of that quota gives.
    fileprivate func finds(_ quota: PaceController.Found, at ticket: PaceController.Ticket) -> Bool
    {
        let expected = quota.rate * since.duration(to: ticket.sentAt).seconds
        let admitted = Double(ticket.number - sentBefore)
        return (0.9 * expected - 2...1.1 * expected + quota.fullBurst + 3).contains(admitted)
    }
}

extension PaceController.Found {
    /// The most that the bucket may hold.
    var fullBurst: Double { max(burst ?? 0, RateSearch.burstSeconds * rate) }
}
