import ConnectSimulator
import Testing

/// Answers that a fault strikes on their way.
struct SpoiledAnswerTests {
    let world = smallWorld()

    /// What comes of a transfer whose answer a fault strikes, and how a whole answer begins.
    private func answers(_ fault: Fault, _ body: (HTTPConnection.Answer?, String) throws -> Void)
        async throws
    {
        let call = Call.transfer(world.parameters(try world.goodRow, token: "t")).signed()
        let whole = #"{"ContactArn":"\#(world.instanceARN)/contact/"#
        let options = unlimited {
            $0.faults = FaultPlan(rates: [fault: 1], slowBody: .milliseconds(300))
        }
        try await withSimulator(options) { simulator, port in
            let answer = try await HTTPConnection.open(toPort: port) { try await $0.exchange(call) }
            try body(answer, whole)
            #expect(simulator.statistics[fault] == 1)
        }
    }

    @Test func `a 429 of a gateway has neither a body nor a code`() async throws {
        try await answers(.bareThrottling) { answer, _ in
            #expect(answer?.status == 429)
            #expect(answer?.body == "")
            #expect(answer?.headers["x-amzn-errortype"] == nil)
        }
    }

    @Test func `a slow body comes whole, and takes its time`() async throws {
        let start = ContinuousClock.now
        try await answers(.slowBody) { answer, whole in
            #expect(answer?.status == 200)
            #expect(answer?.body.hasPrefix(whole) == true)
            #expect(answer?.body.hasSuffix("}") == true)
        }
        #expect(ContinuousClock.now - start >= .milliseconds(300))
    }

    @Test func `a cut body ends with its connection`() async throws {
        // Nil: less came than its length tells.
        try await answers(.cutBody) { answer, _ in #expect(answer?.status == nil) }
    }

    @Test func `an empty body tells its length`() async throws {
        try await answers(.emptyBody) { answer, _ in
            #expect(answer?.status == 200)
            #expect(answer?.headers["content-length"] == "0")
        }
    }

    @Test(arguments: [Fault.brokenJSON, .shortLength])
    func `a body of half its JSON, or of half its length, is no JSON`(fault: Fault) async throws {
        try await answers(fault) { answer, whole in
            #expect(answer?.status == 200)
            let body = try #require(answer?.body)
            #expect(body.count > 40 && !body.hasSuffix("}"))
            #expect(body.hasPrefix(whole) || whole.hasPrefix(body))
        }
    }
}
