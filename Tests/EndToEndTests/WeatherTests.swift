import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What the program says and does where the network is at fault.
@Suite(.timeLimit(.minutes(2))) struct WeatherTests {
    static let wrong = [
        ("expired", "has expired"), ("wrong-host", "certificate subject name"),
        ("unknown-issuer", "certificate"),
    ]

    @Test(arguments: wrong)
    func `sends nothing to a certificate that is wrong, and says why`(
        kind: String, why: String
    ) async throws {
        let program = Program(in: TemporaryDirectory())
        let authority = program.directory.file("ca.pem")
        let options = ["--contacts", "20", "--tls", kind, "--ca-file", authority]
        try await LocalConnect.serve(options, with: program) { connect in
            var caller = connect.program
            caller.environment["AWS_CA_BUNDLE"] = authority
            let (status, errors) = try await caller.stopped(
                onceItSays: "No answer"
            ) { _ in connect.run("contacts.csv", "--rate", "50") }
            #expect(status == 75)
            #expect(errors.contains("(TLSVerificationFailed): The certificate of 127.0.0.1"))
            #expect(errors.contains(why))
            #expect(errors.contains("AWS_CA_BUNDLE"))
            #expect(errors.contains("20 rows: 20 pending."))
            #expect(try connect.effects().isEmpty)
        }
    }

    @Test func `follows no redirect, and says where it leads`() async throws {
        let other = try ScriptedServer(.send(whole("{}")))
        defer { other.stop() }
        let connect = try ScriptedConnect(takesEffect: false) { _, _ in
            .send(
                "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n"
                    + "Location: \(other.url)/contact/transfer\r\n\r\n")
        }
        defer { connect.server.stop() }
        let (status, errors) = try await Program.withKeys().stopped(onceItSays: "No answer") {
            connect.run(20, in: $0)
        }
        #expect(status == 75)
        #expect(errors.contains("(UnexpectedRedirect): 127.0.0.1 answered HTTP 307, a redirect to"))
        #expect(errors.contains("20 rows: 20 pending."))
        #expect(other.connectionCount == 0)
    }

    @Test func `says which proxy hangs, and sends nothing`() async throws {
        let proxy = try ScriptedServer(.silence)
        defer { proxy.stop() }
        let connect = try ScriptedConnect { _, body in .send(whole(body)) }
        defer { connect.server.stop() }
        var caller = Program.withKeys()
        caller.environment["HTTPS_PROXY"] = "http://mara:hush@127.0.0.1:\(proxy.port)"
        let (status, errors) = try await caller.stopped(onceItSays: "No answer") {
            connect.run(20, in: $0, "--endpoint-url", "https://connect.us-east-1.example")
        }
        #expect(status == 75)
        #expect(
            errors.contains(
                "(RequestTimedOut): connect.us-east-1.example could not be reached in time: "
                    + "the proxy http://127.0.0.1:\(proxy.port) did not connect"), "\(errors)")
        #expect(!errors.contains("hush"))
        #expect(errors.contains("20 rows: 20 pending."))
        #expect(connect.calls.isEmpty)
        #expect(proxy.received.allSatisfy { $0.requestLine.hasPrefix("CONNECT ") })
    }

    @Test func `runs over TLS with the authority that AWS_CA_BUNDLE names`() async throws {
        let program = Program(in: TemporaryDirectory())
        let authority = program.directory.file("ca.pem")
        let options = ["--contacts", "20", "--failing-share", "0", "--tls", "--ca-file", authority]
        try await LocalConnect.serve(options + ["--rate", "0"], with: program) { connect in
            var caller = connect.program
            caller.environment["AWS_CA_BUNDLE"] = authority
            let ended = try await caller.run(connect.run("contacts.csv", "--rate", "500"))
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try connect.effects().count == 20)
        }
    }

    @Test(arguments: ["3600", "-3600"])
    func `goes by the service's clock where this machine's is wrong`(
        skew: String
    ) async throws {
        let options = [
            "--contacts", "20", "--failing-share", "0", "--rate", "0", "--clock-skew=\(skew)",
        ]
        try await LocalConnect.serve(
            options, with: Program(in: TemporaryDirectory())
        ) { connect in
            let ended = try await connect.program.run(
                connect.run("contacts.csv", "--rate", "500"))
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try connect.effects().count == 20)
        }
    }

    @Test(arguments: ["4000", "-4000"])
    func `knows its own transfers by a wrong clock too, where answers were lost`(
        skew: String
    ) async throws {
        let options = [
            "--contacts", "80", "--failing-share", "0", "--rate", "0", "--quota", "*=0",
            "--clock-skew=\(skew)", "--reset-after", "0.4",
        ]
        try await LocalConnect.serve(
            options, with: Program(in: TemporaryDirectory())
        ) { connect in
            let ended = try await connect.program.run(
                connect.run(
                    "contacts.csv", "--rate", "500", "--max-attempts", "1", "--output", "json"))
            #expect(try connect.effects().count == 80)
            let results = try connect.results(of: JobState(ended).job)
            #expect(results.count == 80)
            #expect(results.contains { $0["BatonMessage"]?.hasPrefix("Found by a look") == true })
            // A look-up whose answer was lost too is the one way not to know.
            for row in results where row["BatonOutcome"] != "transferred" {
                #expect(row["BatonMessage"]?.contains("could not be looked up") == true, "\(row)")
            }
        }
    }
}

extension Program {
    /// Runs it until its stderr holds the words, stops it with SIGTERM, and gives what it ended with.
    fileprivate func stopped(
        onceItSays words: String, _ arguments: (Program) -> [String]
    ) async throws -> (status: Int32?, errors: String) {
        let result = try await Subprocess.run(
            .path(Self.path), arguments: Arguments(arguments(self)),
            environment: .custom(environment), workingDirectory: FilePath(directory.path),
            input: .none, output: .discarded, error: .sequence
        ) { execution in
            var errors = ""
            var isStopped = false
            for try await line in execution.standardError.strings() {
                errors += line + "\n"
                guard !isStopped, line.contains(words) else { continue }
                isStopped = true
                try execution.send(signal: .terminate)
            }
            return errors
        }
        guard case .exited(let status) = result.terminationStatus else {
            return (nil, result.closureResult)
        }
        return (status, result.closureResult)
    }
}
