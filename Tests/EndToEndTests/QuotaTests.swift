import Subprocess
import TestSupport
import Testing

/// How a run begins with what Service Quotas says, and without it.
struct QuotaTests {
    private static let world = ["--contacts", "60", "--failing-share", "0", "--quota", "*=0"]

    @Test func `begins with the quota that the account was given, and says what it is`()
        async throws
    {
        let program = Program(in: TemporaryDirectory())
        try await LocalConnect.serve(
            Self.world + ["--rate", "40", "--burst", "60"], with: program
        ) { connect in
            let ended = try await connect.program.run(connect.run() + ["--verbose"])
            #expect(ended.status == 0)
            let words = "Service Quotas: this account may make 40 transfers a second here"
            #expect(ended.errors.contains(words), "\(ended.errors)")
        }
    }

    @Test func `follows a quota that is raised while it works, and says so`() async throws {
        let program = Program(in: TemporaryDirectory())
        try await LocalConnect.serve(
            ["--contacts", "300", "--failing-share", "0", "--rate", "2", "--burst", "5"],
            with: program
        ) { connect in
            let ended = try await connect.program.start(connect.run()) { _ in
                try await connect.waitForEffects(1)
                try SomebodyElse(connect).change(rate: 500, burst: 750)
            }
            #expect(ended.status == 0)
            let change = "500 transfers a second from now on, 2 before"
            #expect(ended.errors.contains("this account may make \(change)"), "\(ended.errors)")
            #expect(try connect.effects().count == 300)
            let job = try JobState(try await program.run("status", "--output", "json")).job
            let path = program.directory.file("reports/\(job)/summary.json")
            let report = String(decoding: TemporaryDirectory.read(path) ?? [], as: UTF8.self)
            #expect(report.contains(change), "\(report)")
        }
    }

    @Test func `goes on without it where the role may not ask`() async throws {
        try await LocalConnect.serve(
            Self.world + ["--quotas-denied"], with: Program(in: TemporaryDirectory())
        ) { connect in
            let ended = try await connect.program.run(connect.run() + ["--verbose"])
            #expect(ended.status == 0)
            #expect(ended.errors.contains("Service Quotas does not tell the rate"))
            #expect(try connect.effects().count == 60)
        }
    }

    @Test func `waits for no answer of it`() async throws {
        let silent = try ScriptedServer(.silence)
        defer { silent.stop() }
        try await LocalConnect.serve(Self.world, with: Program(in: TemporaryDirectory())) {
            connect in
            var caller = connect.program
            caller.environment["AWS_ENDPOINT_URL"] = connect.endpoint
            caller.environment["AWS_ENDPOINT_URL_SERVICE_QUOTAS"] = silent.url
            let ended = try await caller.run([
                "run", "contacts.csv", "--instance", connect.instanceId, "--region",
                connect.region, "--yes", "--verbose",
            ])
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(!ended.errors.contains("Service Quotas"))
            #expect(silent.received.count == 1)
        }
    }

    @Test func `asks nobody where the rate is given`() async throws {
        try await LocalConnect.serve(
            Self.world + ["--quotas-denied"], with: Program(in: TemporaryDirectory())
        ) { connect in
            let ended = try await connect.program.run(
                connect.run() + ["--verbose", "--rate", "100"])
            #expect(ended.status == 0)
            #expect(!ended.errors.contains("Service Quotas"))
        }
    }
}
