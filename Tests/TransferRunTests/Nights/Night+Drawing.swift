import TestSupport
import TransferCore
import TransferRun

extension Night {
    mutating func drawOptions(rate: Double) {
        options.concurrency = Int.random(in: 1...20, using: &rng)
        options.retry.attemptsMax = Int.random(in: 1...8, using: &rng)
        options.retry.unsentMax = Int.random(in: 1...30, using: &rng)
        options.unreachableMax = .seconds(
            rng.happens(0.7)
                ? Int.random(in: 2...120, using: &rng) : [1800, 30 * 3600].randomElement(&rng))
        options.verifies = rng.happens(0.25)
        options.headroom = rng.happens(0.2) ? 0.2 : 0
        if rng.happens(0.3) {
            options.pace[.transferContact] = .fixed(rate: rate, burst: max(1, rate))
        }
        if rng.happens(0.15) {
            options.failuresMax =
                Bool.random(using: &rng)
                ? .rows(Int.random(in: 0...20, using: &rng))
                : .percent(Double.random(in: 1...50, using: &rng))
        }
        if rng.happens(0.1) { options.window = drawWindow() }
    }

    /// Open from some time about now, by clocks that may be changed that night.
    private mutating func drawWindow() -> DailyWindow? {
        let zone = Zone(
            ahead: [0, 3600, -18_000, 19_800].randomElement(&rng),
            changesAt: rng.happens(0.3)
                ? clock.dusk.later(by: .seconds(Int.random(in: 0...50_000, using: &rng))) : nil)
        self.zone = zone
        let local = Int(clock.dusk.milliseconds / 1000) + zone.ahead
        let opensAt = local / 60 + Int.random(in: -120...5, using: &rng)
        let closesAt = opensAt + Int.random(in: 1...(rng.happens(0.5) ? 30 : 600), using: &rng)
        return DailyWindow("\(clockTime(opensAt))-\(clockTime(closesAt))", in: zone.offsets)
    }

    private func clockTime(_ minutes: Int) -> String {
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let ofDay = (minutes % 1440 + 1440) % 1440
        return "\(digits(ofDay / 60)):\(digits(ofDay % 60))"
    }

    mutating func drawRows() {
        let guarded = rng.happens(0.5) ? 0.4 : 0
        let flows = (0...Int.random(in: 0...2, using: &rng)).map { ContactFlowID(valid: "f-\($0)") }
        let queues = (0...Int.random(in: 0...3, using: &rng)).map { QueueID(valid: "q-\($0)") }
        let wrong = rng.happens(0.3) ? 0.4 : 0
        for flow in flows where rng.happens(wrong / 2) {
            service.wrongFlows[flow] = rng.happens(0.2) ? .denied : .wrongGroup
        }
        for queue in queues where rng.happens(wrong) {
            service.wrongQueues[queue] = rng.happens(0.2) ? .denied : .wrongGroup
        }
        let most = rng.happens(0.03) ? 800 : 60
        let count = Int.random(in: 1...most, using: &rng)
        for row in 1...count {
            add(
                row, by: flows.randomElement(&rng), to: queues.randomElement(&rng),
                guarded: guarded)
            let deed = drawOthersDeed(within: .seconds(Double(count) / service.rate + 60))
            service.contacts[ContactID(valid: "c-\(row)")]?.othersDeed = deed
        }
    }

    /// What others do to a contact, about when its row is worked on; nil where they do nothing.
    private mutating func drawOthersDeed(within span: Duration) -> OthersDeed? {
        guard rng.happens(service.faults.meddling) else { return nil }
        let at = Instant.random(within: span, using: &rng)
        return OthersDeed(
            kind: OthersDeed.Kind.allCases.randomElement(&rng), at: clock.time(at: at))
    }

    private mutating func add(
        _ row: Int, by flow: ContactFlowID, to queue: QueueID, guarded: Double
    ) {
        let home = QueueID(valid: "home")
        let id = ContactID(valid: "c-\(row)")
        var contact = SimulatedService.Contact(
            standing: rng.happens(0.1)
                ? [.ended, .missing, .denied].randomElement(&rng) : .active,
            queue: rng.happens(0.1)
                ? [QueueID(valid: "elsewhere"), queue].randomElement(&rng) : home)
        // Long ago, as most have, or about when its row is sent.
        if contact.standing == .ended, rng.happens(0.7) {
            contact.endedAt = clock.dusk - .seconds(3 * 24 * 3600)
        }
        if rng.happens(0.03) { contact.channel = "VOICE" }
        if rng.happens(0.1) { contact.transfersBefore = [1, 2, 11].randomElement(&rng) }
        service.contacts[id] = contact
        let request = TransferRequest(
            instance: InstanceID(valid: "i"), contact: id, flow: flow,
            destination: rng.happens(0.05) ? .flowDecides : .queue(queue),
            token: ClientToken(valid: "t-\(row)"))
        ledger.append(
            SimulatedLedger.Row(
                request: request, mustBeAt: rng.happens(guarded) ? .queue(home) : nil))
    }
}

/// The clocks of a place: so far ahead of UTC, and set back by an hour at one moment perhaps.
struct Zone: Sendable {
    var ahead: Int
    var changesAt: Timestamp?

    func secondsAhead(at moment: Timestamp) -> Int {
        guard let changesAt, moment >= changesAt else { return ahead }
        return ahead - 3600
    }

    fileprivate var offsets: ZoneOffsets {
        ZoneOffsets(name: "Somewhere/Else") { secondsAhead(at: $0) }
    }
}

extension Array {
    fileprivate func randomElement(_ rng: inout SplitMix64) -> Element {
        self[Int.random(in: indices, using: &rng)]
    }
}

/// What somebody, or the machine, does to a run.
enum Deed {
    case crash, stop, fillDisk, jump
    case freeze(Duration)
    case pause, goOn
    case pace(PaceController.Mode)

    /// Those of one run, each at its moment; a pause is always ended.
    static func drawn(
        isCalm: Bool, hasJumps: Bool, within span: Duration, using rng: inout SplitMix64
    ) -> [(at: Instant, deed: Deed)] {
        var deeds: [(at: Instant, deed: Deed)] = []
        func draw(_ chance: Double, _ deed: Deed) {
            guard rng.happens(chance) else { return }
            deeds.append((.random(within: span, using: &rng), deed))
        }
        if !isCalm {
            draw(0.28, .crash)
            draw(0.15, .stop)
            draw(0.07, .fillDisk)
            draw(0.07, .freeze(.milliseconds(Int.random(in: 1...600_000, using: &rng))))
        }
        if hasJumps {
            draw(0.4, .jump)
            draw(0.4, .jump)
        }
        draw(0.1, .pace(.fixed(rate: [0.5, 5, 50].randomElement(&rng), burst: 1)))
        draw(0.05, .pace(.auto(rate: 2, burst: 5)))
        if rng.happens(0.12) {
            let at = Instant.random(within: span, using: &rng)
            let lasts = [2, 60, 3600, 25 * 3600].randomElement(&rng)
            deeds.append((at, .pause))
            deeds.append((at.advanced(by: .seconds(lasts)), .goOn))
        }
        return deeds
    }
}
