import TestSupport
import TransferCore

/// A quota and clients that always have a call to make, in simulated time.
struct PacingSimulation: Sendable {
    /// A run that paces itself.
    struct Client: Sendable {
        var mode: PaceController.Mode
        var rows: Int
        var startsAt = 0.0
        var concurrency = 4096
        var headroom = 0.0

        init(_ mode: PaceController.Mode, rows: Int, startsAt: Double = 0) {
            self.mode = mode
            self.rows = rows
            self.startsAt = startsAt
        }
    }

    /// What a client got.
    struct Result: Sendable {
        /// From its first call to its last answer, in seconds.
        var wall = 0.0
        var throttled = 0
        /// When each call was admitted, in seconds; in order.
        var admissions: [Double] = []

        var throttledShare: Double {
            Double(throttled) / Double(max(admissions.count + throttled, 1))
        }

        func admitted(from start: Double, to end: Double) -> Int {
            admissions.count { $0 >= start && $0 < end }
        }
    }

    var quota: SimulatedQuota
    /// The way there and back, without what varies.
    var latency = 0.03
    /// What each way may take more, evenly spread.
    var jitter = 0.01
    /// The rate changes to this at this moment.
    var step: (at: Double, rate: Double)?
    /// Service Quotas tells all clients the rate, each anew after so many seconds; nil: nobody.
    var tellingInterval: Double?
    /// Nothing is looked at after this moment.
    var end = Double.infinity
    var clients: [Client]

    init(_ quota: SimulatedQuota, clients: [Client]) {
        self.quota = quota
        self.clients = clients
    }

    /// Runs until each client's rows are admitted, on a thread of its own: it only computes, and on
    /// the pool's it would keep other tests waiting.
    func run(seed: UInt64) async -> [Result] {
        await withCheckedContinuation { continuation in
            spawn { continuation.resume(returning: results(seed: seed)) }
        }
    }

    private func results(seed: UInt64) -> [Result] {
        var world = PacingWorld(self, rng: SplitMix64(seed: seed))
        world.run()
        return world.results
    }
}

/// One simulation under way.
private struct PacingWorld {
    private struct State {
        var pace: PaceController
        var inFlight = 0
        var done = 0
        var wakeAt = Double.infinity
    }

    private enum Happening {
        case wake
        case arrival(PaceController.Ticket)
        case answer(PaceController.Ticket, isAdmitted: Bool)
        case told
    }

    private let plan: PacingSimulation
    private var quota: SimulatedQuota
    private var isStepped = false
    private var states: [State]
    private(set) var results: [PacingSimulation.Result]
    private var events = EventQueue<(client: Int, what: Happening)>()
    private var rng: SplitMix64

    init(_ plan: PacingSimulation, rng: SplitMix64) {
        self.plan = plan
        quota = plan.quota
        states = plan.clients.map {
            State(
                pace: PaceController(
                    $0.mode, headroom: $0.headroom, at: Self.instant($0.startsAt)))
        }
        results = plan.clients.map { _ in PacingSimulation.Result() }
        self.rng = rng
        for (index, client) in plan.clients.enumerated() {
            events.insert((index, .wake), at: client.startsAt)
            if plan.tellingInterval != nil { events.insert((index, .told), at: client.startsAt) }
        }
    }

    mutating func run() {
        while let (now, event) = events.removeFirst(), now < plan.end {
            switch event.what {
            case .wake:
                if states[event.client].wakeAt <= now { states[event.client].wakeAt = .infinity }
                send(event.client, at: now)
            case .arrival(let ticket):
                arrive(event.client, ticket, at: now)
            case .answer(let ticket, let isAdmitted):
                hear(event.client, ticket, isAdmitted, at: now)
                send(event.client, at: now)
            case .told:
                tell(event.client, at: now)
                send(event.client, at: now)
            }
        }
    }

    private mutating func send(_ index: Int, at now: Double) {
        let client = plan.clients[index]
        while states[index].inFlight < client.concurrency,
            states[index].done + states[index].inFlight < client.rows
        {
            let (admission, ticket) = states[index].pace.admit(at: Self.instant(now))
            if case .at(let moment) = admission {
                let wake = max(moment.seconds, now + 1e-9)
                if wake < states[index].wakeAt {
                    states[index].wakeAt = wake
                    events.insert((index, .wake), at: wake)
                }
                return
            }
            states[index].inFlight += 1
            events.insert((index, .arrival(ticket)), at: now + way())
        }
    }

    private mutating func arrive(_ index: Int, _ ticket: PaceController.Ticket, at now: Double) {
        takeStep(at: now)
        let isAdmitted = quota.admit(at: now)
        let back = now + way() + (isAdmitted ? quota.serviceTime : 0)
        if isAdmitted { results[index].admissions.append(now) }
        events.insert((index, .answer(ticket, isAdmitted: isAdmitted)), at: back)
    }

    private mutating func takeStep(at now: Double) {
        guard let step = plan.step, now >= step.at, !isStepped else { return }
        quota.change(rate: step.rate, at: step.at)
        isStepped = true
    }

    private mutating func tell(_ index: Int, at now: Double) {
        guard let interval = plan.tellingInterval else { return }
        takeStep(at: now)
        states[index].pace.hear(
            of: .init(rate: quota.rate, burst: 1.5 * quota.rate), at: Self.instant(now))
        events.insert((index, .told), at: now + interval)
    }

    private mutating func hear(
        _ index: Int, _ ticket: PaceController.Ticket, _ isAdmitted: Bool, at now: Double
    ) {
        results[index].wall = now - plan.clients[index].startsAt
        states[index].inFlight -= 1
        if isAdmitted {
            states[index].done += 1
            states[index].pace.admitted(ticket, at: Self.instant(now))
        } else {
            results[index].throttled += 1
            states[index].pace.throttled(ticket, retryAfter: nil, at: Self.instant(now))
        }
    }

    private mutating func way() -> Double {
        plan.latency / 2 + plan.jitter * Double.random(in: 0...1, using: &rng)
    }

    private static func instant(_ seconds: Double) -> Instant {
        Instant(nanoseconds: Int64((seconds * 1e9).rounded(.up)))
    }
}

/// Events in the order of their moments; those of one moment in the order they came in.
private struct EventQueue<Event> {
    private var heap: [(at: Double, number: Int, event: Event)] = []
    private var count = 0

    mutating func insert(_ event: Event, at moment: Double) {
        heap.append((moment, count, event))
        count += 1
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> (at: Double, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return (first.at, first.event) }
        heap[0] = last
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var child = 2 * parent + 1
            if child + 1 < heap.count, isBefore(child + 1, child) { child += 1 }
            guard isBefore(child, parent) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return (first.at, first.event)
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].at, heap[a].number) < (heap[b].at, heap[b].number)
    }
}
