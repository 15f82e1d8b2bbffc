import TestSupport
import TransferCore
import TransferLedger
import TransferRun

/// A job's way through its nights: runs, crashes, stops and resumes, all drawn from a seed.
struct RunSimulation {
    /// What broke a rule; empty where all held.
    var problems: [String] = []
    var rng: SplitMix64
    var service: SimulatedService
    var ledger: SimulatedLedger
    var options = RunOptions()
    /// The wall clock's time at the start of the present night.
    var dusk = Timestamp(milliseconds: 1_800_000_000_000)
    var nights = 0

    /// From this night on nothing is crashed, stopped, cut off or refused as a whole.
    private static let calmNight = 9

    init(seed: UInt64) {
        rng = SplitMix64(seed: seed)
        let faults = Faults(using: &rng)
        let rate = [0.5, 2, 10, 50, 400][Int.random(in: 0..<5, using: &rng)]
        service = SimulatedService(rate: rate, faults: faults, rng: SplitMix64(seed: ~seed))
        ledger = SimulatedLedger(rows: [])
        options.concurrency = Int.random(in: 1...20, using: &rng)
        options.retry.attemptsMax = Int.random(in: 1...8, using: &rng)
        options.retry.unsentMax = Int.random(in: 1...30, using: &rng)
        options.unreachableMax = .seconds(Int.random(in: 2...120, using: &rng))
        if rng.happens(0.3) {
            options.pace[.transferContact] = .fixed(rate: rate, burst: max(1, rate))
        }
        let guarded = rng.happens(0.5) ? 0.4 : 0
        let most = rng.happens(0.03) ? 800 : 60
        for row in 1...Int.random(in: 1...most, using: &rng) { add(row, guarded: guarded) }
    }

    private mutating func add(_ row: Int, guarded: Double) {
        let home = QueueID(valid: "home")
        let id = ContactID(valid: "c-\(row)")
        let standings: [SimulatedService.Contact.Standing] =
            [.ended, .missing, .denied] + Array(repeating: .active, count: 27)
        service.contacts[id] = SimulatedService.Contact(
            standing: standings[Int.random(in: 0..<standings.count, using: &rng)],
            queue: rng.happens(0.1) ? QueueID(valid: "elsewhere") : home)
        let request = TransferRequest(
            instance: InstanceID(valid: "i"), contact: id, flow: ContactFlowID(valid: "f"),
            destination: .queue(QueueID(valid: "q")), token: ClientToken(valid: "t-\(row)"))
        ledger.rows.append(
            SimulatedLedger.Row(
                request: request, mustBeAt: rng.happens(guarded) ? .queue(home) : nil))
    }

    /// Runs night after night until all is done, or nothing more can be.
    mutating func run() {
        while problems.isEmpty {
            nights += 1
            let isCalm = nights >= Self.calmNight
            service.faults.drawNight(isCalm: isCalm, using: &rng)
            service.beginNight()
            let mishap: Mishap? =
                switch Int.random(in: 0..<3, using: &rng) {
                case 0 where !isCalm: .crash
                case 1 where !isCalm: .stop
                default: nil
                }
            var night = Night(self, mishap: mishap.map { ($0, .random(using: &rng)) })
            let ending = night.run()
            self = night.simulation
            let pauses: [Duration] = [.seconds(2), .seconds(3600), .seconds(26 * 3600)]
            let pause = pauses[Int.random(in: 0..<pauses.count, using: &rng)]
            dusk = dusk - (.zero - (Instant.start.duration(to: night.now) + pause))
            checkRows()
            if let ending, isOver(ending, isCalm: isCalm) { return }
        }
    }

    /// Something that happens to a run from outside.
    enum Mishap { case crash, stop }

    private mutating func isOver(_ ending: RunEnding, isCalm: Bool) -> Bool {
        checkReleases(ending)
        switch ending {
        case .finished:
            if ledger.totals[.pending] > 0 { problems.append("finished with rows pending") }
            return true
        case .accessDenied:
            return isCalm
        case .heldBack:
            // Each night some more of the rows are sent and refused.
            if ledger.totals[.pending] == 0 { problems.append("held back what was done") }
            return false
        case .failures:
            problems.append("too many failures, and any number may be")
            return true
        case .unreachable:
            // A faint network may be silent for `unreachableMax` on any night.
            return nights > 2 * Self.calmNight
        case .credentials, .interrupted, .timeIsUp:
            if isCalm { problems.append("ended as \(ending.word) on a calm night") }
            return false
        }
    }
}
