import Subprocess
import TestSupport
import Testing

/// A kill at each write on a job's way: before it, within its transaction, and after it.
@Suite(.timeLimit(.minutes(10))) struct FailpointTests {
    /// As `BATON_FAILPOINT` names them; a run of these rows comes by all of them.
    private static let places: [String] =
        [
            "job-begun", "rows-stored", "job-described", "job-sealed", "routes-resolved",
            "resolution-ended", "run-begun", "claim", "outcomes", "outcomes:2", "run-ended",
            "report-noted",
        ].flatMap { place in ["before", "within", "after"].map { "\($0)-\(place)" } }
        + ["after-report-written"] + (1...4).map { "after-report-published:\($0)" }
    private static let rows = 8

    @Test func `after a kill at any write, the same command moves each contact once`() async throws
    {
        let simulator = Program(in: TemporaryDirectory())
        let contacts = Self.places.count * Self.rows
        try await LocalConnect.serve(
            ["--contacts", "\(contacts)", "--failing-share", "0", "--rate", "0"], with: simulator
        ) { connect in
            let bytes = TemporaryDirectory.read(simulator.directory.file("contacts.csv")) ?? []
            var lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            let header = lines.removeFirst()
            for (index, place) in Self.places.enumerated() {
                let own = lines[(index * Self.rows)..<((index + 1) * Self.rows)]
                try await kill(at: place, [header] + own, connect)
            }
            let effects = try connect.effects()
            #expect(effects.count == contacts)
            #expect(effects.values.allSatisfy { $0.count == 1 })
        }
    }

    private func kill(
        at place: String, _ lines: [Substring], _ connect: LocalConnect
    ) async throws {
        var program = Program(in: TemporaryDirectory())
        program.environment.merge(connect.program.environment) { own, _ in own }
        program.directory.write(lines.joined(separator: "\n") + "\n", to: "in.csv")
        let command = connect.run(
            "in.csv", "--rate", "20", "--burst", "2", "--output", "json")

        program.environment["BATON_FAILPOINT"] = place
        let killed = try await program.run(command)
        #expect(killed.status == nil, "\(place): \(killed.errors)")

        program.environment["BATON_FAILPOINT"] = nil
        let proof = try await program.run("verify-ledger")
        #expect(proof.status == 0, "\(place): \(proof.output)\(proof.errors)")
        let ended = try await program.run(command)
        #expect(ended.status == 0, "\(place): \(ended.errors)")
        let state = try JobState(ended)
        #expect(state.isFinished && state.totals["transferred"] == Self.rows, "\(place)")
        let proofAtEnd = try await program.run(
            "verify-ledger", "--against", "reports/\(state.job)/summary.json")
        #expect(proofAtEnd.status == 0, "\(place): \(proofAtEnd.output)\(proofAtEnd.errors)")
        let table = program.directory.file("reports/\(state.job)/results.csv")
        let results = CSVTable.read(TemporaryDirectory.read(table) ?? [])
        #expect(results.count == Self.rows, "\(place)")
        #expect(results.allSatisfy { $0["BatonOutcome"] == "transferred" }, "\(place)")
    }
}
