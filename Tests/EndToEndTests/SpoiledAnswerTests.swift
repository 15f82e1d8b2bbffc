import TestSupport
import Testing

/// Answers that do not come as the service sent them: no row is lost by it, and none moved twice.
@Suite(.timeLimit(.minutes(2))) struct SpoiledAnswerTests {
    private static let rows = 20
    /// So few that faults in a row are put down to them, and not to the service.
    private static let fewRows = 4
    private let program = Program.withKeys()

    /// Runs rows, and gives the results; each must have taken effect `effects` times.
    private func results(
        of connect: ScriptedConnect, rows count: Int = rows, effects: Int = 1, status: Int32,
        _ more: String...
    ) async throws -> [[String: String]] {
        defer { connect.server.stop() }
        let arguments = connect.run(count, in: program, "--output", "json") + more
        let ended = try await program.run(arguments)
        #expect(ended.status == status, "\(ended.errors)")
        let state = try JobState(ended)
        #expect(state.isFinished)
        #expect(connect.calls.count == count)
        #expect(connect.calls.keys.allSatisfy { connect.effects[$0, default: 0] == effects })
        let path = program.directory.file("reports/\(state.job)/results.csv")
        let rows = CSVTable.read(TemporaryDirectory.read(path) ?? [])
        #expect(rows.count == count)
        return rows
    }

    static let lost = [
        ScriptedServer.Step.endless("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"),
        .sendThenClose("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ContactId\":\"c2"),
    ]

    @Test(arguments: [0, 1])
    func `looks a contact up whose answer has 100 MB or breaks off, and sends it once`(
        which: Int
    ) async throws {
        let connect = try ScriptedConnect { _, _ in Self.lost[which] }
        for row in try await results(of: connect, status: 0) {
            #expect(row["BatonOutcome"] == "transferred")
            #expect(row["BatonMessage"] == "Found by a look-up after a lost answer.")
            #expect(row["BatonAttempts"] == "1")
        }
        // What is hung up on is not taken in: sockets hold the rest.
        #expect(connect.server.bytesSent < Self.rows * 32 << 20)
    }

    static let page =
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 33\r\n\r\n"
        + "<html><h1>Bad Gateway</h1></html>"

    @Test func `sends it again with its token where a gateway answered with a page`() async throws {
        let connect = try ScriptedConnect { before, body in
            before == 0 ? .send(Self.page) : .send(whole(body))
        }
        for row in try await results(of: connect, rows: Self.fewRows, status: 0) {
            #expect(row["BatonOutcome"] == "transferred")
            #expect(row["BatonAttempts"] == "2")
        }
    }

    @Test func `says who answered where the gateway never does else`() async throws {
        let connect = try ScriptedConnect(takesEffect: false) { _, _ in .send(Self.page) }
        for row in try await results(
            of: connect, rows: Self.fewRows, effects: 0, status: 1, "--max-attempts", "2")
        {
            #expect(row["BatonOutcome"] == "uncertain")
            #expect(row["BatonCode"] == "HTTP502")
            #expect(
                row["BatonMessage"]?.hasPrefix("127.0.0.1 answered HTTP 502 without a message.")
                    == true, "\(row["BatonMessage"] ?? "")")
        }
    }
}
