import AWSSigning
import ConnectSimulator
import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `baton simulate --state` as a process that is killed and started again.
struct RestartTests {
    private let folder = TemporaryDirectory()
    private let world = smallWorld()

    private struct Silent: Error {}

    /// The program that was built with these tests: it stands beside them.
    private static let program: FilePath = {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return FilePath(link ?? "").removingLastComponent().appending("baton")
    }()

    private struct Line: Decodable {
        var endpoint: String
    }

    /// Serves this test's world with the one state file, and kills the process after `body`.
    private func serve<Result: Sendable>(
        _ more: String..., body: (inout HTTPConnection) async throws -> Result
    ) async throws -> Result {
        let arguments =
            [
                "simulate", "--seed", "7", "--contacts", "300", "--failing-share", "0.5",
                "--state", folder.file("state.jsonl"), "--effects", folder.file("effects.jsonl"),
            ] + more
        return try await Subprocess.run(
            .path(Self.program), arguments: Arguments(arguments),
            environment: .custom(["HOME": folder.path, "PATH": "/usr/bin:/bin"]), input: .none,
            output: .sequence, error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            guard let text = try await lines.next() else { throw Silent() }
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            let port = try #require(line.endpoint.split(separator: ":").last.flatMap { Int($0) })
            let result = try await HTTPConnection.open(toPort: port, body)
            try execution.send(signal: .kill)
            while try await lines.next() != nil {}
            return result
        }.closureResult
    }

    private func signed(_ call: Call) -> Call { call.signed(at: Moment(Date())) }

    @Test func `answers after a kill as before it, token by token`() async throws {
        let rows = world.rows.filter { $0.expected == .transferred }.prefix(30)
        let calls = rows.enumerated().map {
            Call.transfer(world.parameters($1, token: "t\($0)"))
        }
        let contact = try #require(rows.first).contact
        let describe = Call.get("/contacts/\(world.instance)/\(contact)")
        let before = try await serve("--quota", "*=0") { connection in
            var bodies: [String?] = []
            for call in calls { bodies.append(try await connection.exchange(signed(call))?.body) }
            bodies.append(try await connection.exchange(signed(describe))?.body)
            return bodies
        }
        #expect(Set(before).count == 31)
        let lines = try lineCount("effects.jsonl")
        #expect(lines == 30)
        let after = try await serve("--quota", "*=0") { connection in
            var bodies: [String?] = []
            for call in calls { bodies.append(try await connection.exchange(signed(call))?.body) }
            bodies.append(try await connection.exchange(signed(describe))?.body)
            return bodies
        }
        #expect(after == before)
        #expect(try lineCount("effects.jsonl") == 30)
        #expect(try lineCount("state.jsonl") == 31)
    }

    @Test func `catches its effects up where a kill kept the last from them`() async throws {
        let rows = world.rows.filter { $0.expected == .transferred }.prefix(3)
        for (index, row) in rows.enumerated() {
            let call = Call.transfer(world.parameters(row, token: "t\(index)"))
            let status = try await serve { try await $0.exchange(signed(call))?.status }
            #expect(status == 200)
            let whole = try effects
            let last = whole.dropLast().lastIndex(of: "\n").map { whole.index(after: $0) }
            let before = whole[..<(last ?? whole.startIndex)]
            for torn in ["", "{\"clientTo"] {
                folder.write(before + torn, to: "effects.jsonl")
                try await serve { _ in }
                #expect(try effects == whole)
            }
        }
        // Another file begins with what happens next.
        folder.write("", to: "effects.jsonl")
        try await serve { _ in }
        #expect(try effects == "")
    }

    private var effects: String {
        get throws { try String(contentsOfFile: folder.file("effects.jsonl"), encoding: .utf8) }
    }

    @Test func `takes each operation's quota from the command line`() async throws {
        let root = "/\(world.instance)"
        let statuses = try await serve(
            "--quota", "*=0", "--quota", "ListUsers=0.001/2", "--describe-rate", "0.001",
            "--describe-burst", "1"
        ) { connection in
            var statuses: [Int?] = []
            for path in ["/users-summary", "/queues-summary", "/contacts"] {
                let target = path == "/contacts" ? path + root + "/c" : path + root
                for _ in 0..<3 {
                    let call = signed(.get(target))
                    statuses.append(try await connection.exchange(call)?.status)
                }
            }
            return statuses
        }
        #expect(statuses == [200, 200, 429, 200, 200, 200, 404, 429, 429])
    }

    @Test(arguments: [
        "SearchContacts", "Search=1/1", "SearchContacts=1", "SearchContacts=-1/1",
        "SearchContacts=1/0", "SearchContacts=fast/1", "*=1/1/1",
    ])
    func `refuses a quota that is none`(quota: String) async throws {
        let result = try await Subprocess.run(
            .path(Self.program), arguments: ["simulate", "--quota", quota],
            environment: .custom(["HOME": folder.path, "PATH": "/usr/bin:/bin"]), input: .none,
            output: .discarded, error: .string(limit: 1 << 16))
        #expect(result.terminationStatus == .exited(64))
        #expect(!result.standardError.isEmpty)
    }

    private func lineCount(_ name: String) throws -> Int {
        try String(contentsOfFile: folder.file(name), encoding: .utf8).count { $0 == "\n" }
    }
}
