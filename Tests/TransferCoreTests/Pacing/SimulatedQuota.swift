import TransferCore

/// A service's quota in simulated time: what it admits, in the order of arrival.
struct SimulatedQuota: Sendable {
    /// How what was spent comes back.
    enum Refill: String, CaseIterable, Sendable {
        /// A token bucket that gains `rate` a second, evenly.
        case continuous
        /// A token bucket that gains `rate` at once, once a second.
        case everySecond
        /// `rate` calls in each whole second.
        case fixedWindow
        /// `rate` calls in any second.
        case slidingWindow
        /// `burst` calls under way at once, each of which takes `burst / rate` seconds.
        case concurrency
    }

    var refill: Refill
    private(set) var rate: Double
    private(set) var burst: Double
    /// Where the service's whole seconds begin.
    private let phase: Double
    private var tokens: Double
    private var countedAt = 0.0
    /// When the admitted calls of the last second came, or when those under way will be done.
    private var moments: [Double] = []
    private var firstMoment = 0

    init(_ refill: Refill, rate: Double, burst: Double, phase: Double = 0) {
        self.refill = refill
        self.rate = rate
        self.burst = burst
        self.phase = phase
        tokens = refill == .fixedWindow ? rate : burst
    }

    /// Calls that are admitted beyond `rate` a second in a run that begins with a full quota.
    var head: Double {
        switch refill {
        case .continuous, .everySecond: burst
        case .fixedWindow, .slidingWindow: rate
        case .concurrency: 0
        }
    }

    /// How long an admitted call takes beyond the way there and back.
    var serviceTime: Double { refill == .concurrency ? burst / rate : 0 }

    mutating func change(rate: Double, at now: Double) {
        count(at: now)
        burst = refill == .concurrency ? burst * rate / self.rate : burst
        self.rate = rate
    }

    /// Whether a call that arrives now is admitted.
    mutating func admit(at now: Double) -> Bool {
        count(at: now)
        switch refill {
        case .continuous, .everySecond, .fixedWindow:
            guard tokens >= 1 else { return false }
            tokens -= 1
        case .slidingWindow:
            guard Double(moments.count - firstMoment) < rate else { return false }
            moments.append(now)
        case .concurrency:
            moments.removeAll { $0 <= now }
            guard Double(moments.count) < burst else { return false }
            moments.append(now + serviceTime)
        }
        return true
    }

    private mutating func count(at now: Double) {
        let seconds = (now + phase).rounded(.down) - (countedAt + phase).rounded(.down)
        switch refill {
        case .continuous: tokens = min(burst, tokens + rate * (now - countedAt))
        case .everySecond: tokens = min(burst, tokens + rate * seconds)
        case .fixedWindow: if seconds > 0 { tokens = rate }
        case .slidingWindow: forget(before: now - 1)
        case .concurrency: break
        }
        countedAt = now
    }

    private mutating func forget(before moment: Double) {
        while firstMoment < moments.count, moments[firstMoment] <= moment { firstMoment += 1 }
        guard firstMoment > 4096 else { return }
        moments.removeFirst(firstMoment)
        firstMoment = 0
    }
}
