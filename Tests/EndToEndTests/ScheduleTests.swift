import FoundationEssentials
import Subprocess
import TestSupport
import Testing

struct ScheduleTests {
    private let program = Program(in: TemporaryDirectory())

    /// A time of day in UTC, so many minutes from now.
    private func clock(inMinutes minutes: Int) -> String {
        let of = Int(Date().timeIntervalSince1970) / 60 + minutes
        let (hour, minute) = (of % 1440).quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    @Test func `outside of its window a run waits and says until when`() async throws {
        try await LocalConnect.serve(["--contacts", "5", "--rate", "0"], with: program) { connect in
            let window = "\(clock(inMinutes: 60))-\(clock(inMinutes: 120))"
            let run = connect.run("contacts.csv", "--window", window, "--time-zone", "UTC")
            let ended = try await connect.program.start(run) { execution in
                while try await !isWaiting() { try await Task.sleep(for: .milliseconds(50)) }
                try execution.send(signal: .terminate)
            }
            #expect(ended.status == 75, "\(ended.errors)")
            #expect(ended.errors.contains("Outside of the window \(window) (UTC)."))
            #expect(ended.errors.contains("--window \(window) --time-zone UTC"))
            #expect(try connect.effects().isEmpty)
        }
    }

    private func isWaiting() async throws -> Bool {
        let status = try await program.run("status")
        return status.output.contains("waiting until")
    }

    @Test func `stops at the time that was set, and says how to go on`() async throws {
        try await LocalConnect.serve(["--contacts", "500", "--rate", "0"], with: program) {
            connect in
            // On a busy machine it takes a while until it is read.
            let stop = Date().addingTimeInterval(50).ISO8601Format()
            let run = connect.run("contacts.csv", "--rate", "1", "--stop-at", stop)
            let ended = try await connect.program.run(run)
            #expect(ended.status == 75, "\(ended.errors)")
            #expect(ended.errors.contains("--stop-at"))
            #expect(ended.errors.contains("to go: baton resume"))
            #expect(try connect.effects().count < 80)
        }
    }

    @Test(arguments: [
        ["--window", "22:00"], ["--window", "22:00-22:00"], ["--time-zone", "Europe/Zurich"],
        ["--window", "22:00-06:00", "--time-zone", "Europe/Zuerich"], ["--stop-at", "noon"],
        ["--stop-at", "2020-01-01T00:00"],
    ])
    func `what is given wrongly is a usage error`(flags: [String]) async throws {
        let ended = try await program.run(["resume"] + flags)
        #expect(ended.status == 64)
        #expect(ended.errors.contains("Error: --"), "\(ended.errors)")
    }

    @Test func `knows time zones by name`() async throws {
        let flags = ["--window", "22:00-06:00", "--time-zone", "Europe/Zurich"]
        let ended = try await program.run(["resume"] + flags)
        #expect(ended.status == 66, "\(ended.errors)")
    }
}
