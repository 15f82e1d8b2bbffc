import ConnectSimulator
import Testing

/// How one call after the other is decided.
struct DeskTests {
    let world = smallWorld()

    private func desk(_ adjust: (inout SimulatorOptions) -> Void = { _ in }) -> Desk {
        var options = SimulatorOptions(world: world.options)
        options.quotas = [
            .transferContact: .unlimited, .describeContact: .unlimited,
            .listAssociatedContacts: .unlimited,
        ]
        adjust(&options)
        return Desk(options, world: world, at: noon)
    }

    private var transfer: Call {
        get throws { .transfer(world.parameters(try world.goodRow, token: "t")) }
    }

    @Test func `throttles before it reads, and each operation for itself`() throws {
        var desk = desk { $0.quotas = [:] }
        let nonsense = Call(method: "POST", target: "/contact/transfer", body: Array("{".utf8))
        let statuses = (0..<6).map { _ in
            desk.decide(nonsense, refusal: nil, at: noon).reply?.status
        }
        #expect(statuses == [400, 400, 400, 400, 400, 429])
        #expect(desk.decide(try transfer, refusal: nil, at: noon).reply?.status == 429)
        let describe = Call.get("/contacts/i/c")
        #expect(desk.decide(describe, refusal: nil, at: noon).reply?.status == 404)
        let soon = noon + .milliseconds(500)
        #expect(desk.decide(try transfer, refusal: nil, at: soon).reply?.status == 200)
    }

    @Test func `spends no quota on calls that the front door turned away`() throws {
        var desk = desk { $0.quotas = [:] }
        let refusal = Refusal(.invalidSignature, "wrong")
        for _ in 0..<20 {
            #expect(desk.decide(try transfer, refusal: refusal, at: noon).reply?.status == 403)
        }
        #expect(desk.statistics.transfers == 0)
        #expect(desk.decide(try transfer, refusal: nil, at: noon).reply?.status == 200)
    }

    @Test(arguments: [Fault.internalError, .unavailable, .bareThrottling, .resetBeforeEffect])
    func `has no effect where a fault comes before it`(fault: Fault) throws {
        var desk = desk { $0.faults = FaultPlan(rates: [fault: 1]) }
        let decision = desk.decide(try transfer, refusal: nil, at: noon)
        #expect(decision.effect == nil)
        let statuses: [Fault: Int] = [
            .internalError: 500, .unavailable: 503, .bareThrottling: 429,
        ]
        #expect(decision.reply?.status == statuses[fault])
        let row = try world.goodRow
        #expect(try desk.state.contact(row.contact.text, in: world.instance.text).end == nil)
        #expect(desk.statistics[fault] == 1)
    }

    @Test func `has its effect and answers nothing where the reset comes after it`() throws {
        var desk = desk { $0.faults = FaultPlan(rates: [.resetAfterEffect: 1]) }
        let decision = desk.decide(try transfer, refusal: nil, at: noon)
        #expect(decision.reply == nil)
        #expect(decision.effect?.contact == (try world.goodRow.contact))
        #expect(decision.effect?.token == "t")
        // The same call again: still no answer, and no second effect.
        #expect(desk.decide(try transfer, refusal: nil, at: noon).effect == nil)
        #expect(desk.statistics.transfers == 1)
        #expect(desk.statistics.repeats == 1)
    }

    static let spoiling: [Fault] = [
        .internalErrorAfterEffect, .slowBody, .cutBody, .emptyBody, .brokenJSON, .shortLength,
    ]

    @Test(arguments: spoiling)
    func `has its effect once where a fault comes after it`(fault: Fault) throws {
        var desk = desk { $0.faults = FaultPlan(rates: [fault: 1]) }
        let decision = desk.decide(try transfer, refusal: nil, at: noon)
        #expect(decision.effect?.contact == (try world.goodRow.contact))
        #expect(decision.reply?.status == (fault == .internalErrorAfterEffect ? 500 : 200))
        #expect(desk.decide(try transfer, refusal: nil, at: noon).effect == nil)
        #expect(desk.statistics.transfers == 1)
    }

    @Test func `has its effect at once where the answer hangs`() throws {
        var desk = desk { $0.faults = FaultPlan(rates: [.hang: 1], hang: .seconds(9)) }
        let decision = desk.decide(try transfer, refusal: nil, at: noon)
        #expect(decision.effect != nil)
        #expect(decision.reply?.status == 200)
        #expect(decision.delay == .seconds(9))
    }

    @Test func `spares throttled calls every fault and delay`() throws {
        var desk = desk {
            $0.quotas[.transferContact] = Quota(ratePerSecond: 1, burst: 1)
            $0.faults = FaultPlan(rates: [.unavailable: 1], latency: .seconds(1))
        }
        _ = desk.decide(try transfer, refusal: nil, at: noon)
        let decision = desk.decide(try transfer, refusal: nil, at: noon)
        #expect(decision.reply?.status == 429)
        #expect(decision.delay == .zero)
        #expect(desk.statistics[.unavailable] == 1)
    }

    @Test func `counts what it does`() throws {
        var desk = desk { $0.quotas[.transferContact] = Quota(ratePerSecond: 1, burst: 3) }
        for _ in 0..<5 { _ = desk.decide(try transfer, refusal: nil, at: noon) }
        _ = desk.decide(.get("/nowhere"), refusal: nil, at: noon)
        let calls = desk.statistics[.transferContact]
        #expect(calls.received == 5)
        #expect(calls.throttled == 2)
        #expect(calls.succeeded == 3)
        #expect(desk.statistics.transfers == 1)
        #expect(desk.statistics.repeats == 2)
        #expect(desk.statistics[.throttling] == 2)
        #expect(desk.statistics[.unknownOperation] == 1)
    }

    @Test func `names every call by an id of its own`() throws {
        var desk = desk()
        let ids = try (0..<100).map { _ in
            desk.decide(try transfer, refusal: nil, at: noon).requestID
        }
        #expect(Set(ids).count == 100)
    }
}
