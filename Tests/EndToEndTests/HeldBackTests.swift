import TestSupport
import Testing

/// What a run of the built program costs and says where transfers are refused for good.
@Suite(.timeLimit(.minutes(2))) struct HeldBackTests {
    private static let body = #"{"Message":"The flow takes no contact."}"#
    private static let refusal =
        "HTTP/1.1 400 Bad Request\r\nx-amzn-ErrorType: InvalidRequestException\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    private let program = Program.withKeys()

    private func run(
        _ more: String..., status: Int32
    ) async throws -> (calls: Int, state: JobState, errors: String) {
        let connect = try ScriptedConnect(takesEffect: false) { _, _ in .send(Self.refusal) }
        defer { connect.server.stop() }
        let ended = try await program.run(
            connect.run(40, in: program, "--output", "json") + more)
        #expect(ended.status == status, "\(ended.errors)")
        return (connect.calls.count, try JobState(ended), ended.errors)
    }

    @Test func `a flow that takes no contact costs eight calls, and the rest stays pending`()
        async throws
    {
        let ran = try await run(status: 1)
        #expect(ran.calls == 8)
        #expect(ran.state.totals["failed"] == 8)
        #expect(ran.state.totals["pending"] == 32)
        #expect(ran.state.sum == 40)
        #expect(ran.errors.contains("were refused, the last as InvalidRequestException"))
        #expect(ran.errors.contains("Its other rows stay pending."))
        #expect(ran.errors.contains("`retry` puts the refused rows back"))
    }

    @Test func `--max-failures stops the run, which resume goes on with`() async throws {
        let ran = try await run("--max-failures", "3", "--concurrency", "1", status: 75)
        // While a refusal is looked into, the next row may be on its way.
        #expect((4...8).contains(ran.calls))
        let failed = try #require(ran.state.totals["failed"])
        #expect((4...ran.calls).contains(failed))
        #expect(ran.state.totals["pending"] == 40 - failed)
        #expect(ran.errors.contains("4 rows of 4 went amiss, more than --max-failures allows"))
        #expect(ran.errors.contains("--max-failures 3"))
    }

    @Test(arguments: ["-1", "101%", "many", ""])
    func `refuses a limit that is none`(limit: String) async throws {
        let ended = try await program.run("resume", "--max-failures", limit)
        #expect(ended.status == 64)
        #expect(ended.errors.contains("--max-failures"))
    }
}
