import ConnectSimulator
import Testing

/// What the plan of faults draws.
struct FaultPlanTests {
    @Test func `draws the same fate for the same seed and call, in any order`() {
        let plan = FaultPlan(
            rates: [.internalError: 0.2, .hang: 0.2], latency: .milliseconds(20),
            jitter: .milliseconds(5))
        let forwards = (0..<500).map { plan.fate(ofCall: $0, seed: 9) }
        let backwards = (0..<500).reversed().map { plan.fate(ofCall: $0, seed: 9) }
        #expect(forwards == backwards.reversed())
        #expect(forwards != (0..<500).map { plan.fate(ofCall: $0, seed: 10) })
    }

    @Test(arguments: Fault.allCases) func `strikes at the rate asked for`(fault: Fault) {
        let plan = FaultPlan(rates: [fault: 0.1])
        let struck = (0..<10_000).count { plan.fate(ofCall: $0, seed: 3).fault == fault }
        #expect((850...1150).contains(struck))
    }

    @Test func `never strikes at rate 0 and always at rate 1`() {
        let never = FaultPlan()
        let always = FaultPlan(rates: [.unavailable: 1])
        for call in UInt64(0)..<1000 {
            #expect(never.fate(ofCall: call, seed: 3).fault == nil)
            #expect(always.fate(ofCall: call, seed: 3).fault == .unavailable)
        }
    }

    @Test func `keeps latencies within the jitter and lets a hanging call wait longer`() {
        let plan = FaultPlan(latency: .milliseconds(20), jitter: .milliseconds(5))
        for call in UInt64(0)..<1000 {
            let delay = plan.fate(ofCall: call, seed: 3).delay
            #expect(delay >= .milliseconds(15) && delay <= .milliseconds(25))
        }
        let hanging = FaultPlan(rates: [.hang: 1], hang: .seconds(30))
        #expect(hanging.fate(ofCall: 0, seed: 3).delay == .seconds(30))
    }
}
