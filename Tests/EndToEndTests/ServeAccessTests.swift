import FoundationEssentials
import Glibc
import Subprocess
import TestSupport
import Testing

/// Whom `baton serve` answers, and how it begins and ends.
@Suite(.timeLimit(.minutes(2))) struct ServeAccessTests {
    private let program = Program(in: TemporaryDirectory())
    private static let token = "a-token-of-more-than-16"

    @Test func `answers to this machine's own names alone`() async throws {
        _ = try await program.ingest(1)
        _ = try await ServedJobs.serve(with: program) { served in
            for host in [
                "127.0.0.1", "127.0.0.1:\(served.port)", "localhost", "LOCALHOST:80", "[::1]",
                "[::1]:8092", "127.8.9.10",
            ] {
                #expect(try await served.get("/", ["Host": host]).status == 200, "\(host)")
            }
            for host in [
                "evil.example", "evil.example:\(served.port)", "localhost.evil.example",
                "127.0.0.1.evil.example", "127.0.0.1@evil.example", "128.0.0.1", "", "0.0.0.0",
                "127.0.0.1:80:80", "[::1].evil.example", "[::2]", "127.0.0.256", "::1",
            ] {
                let answer = try await served.get("/metrics", ["Host": host])
                #expect(answer.status == 403 || answer.status == 400, "\(host)")
                #expect(!answer.body.contains("baton_rows"))
            }
            let named = try await served.get("/", ["Host": "evil.example"])
            #expect(named.body.contains("Ask for 127.0.0.1 or localhost."))
        }
    }

    @Test(arguments: [true, false])
    func `with a token, nobody is answered without it`(isInFile: Bool) async throws {
        var program = program
        let job = try await program.ingest(1)
        if isInFile {
            program.directory.write(Self.token + "\n", to: "token")
        } else {
            program.environment["BATON_TOKEN"] = Self.token
        }
        let basic = { (text: String) in "Basic " + Data(text.utf8).base64EncodedString() }
        let ended = try await ServedJobs.serve(
            isInFile ? ["--token-file", "token"] : [], with: program
        ) { served in
            for path in ["/", "/metrics", "/jobs/\(job)", "/jobs/\(job)/events", "/nothing"] {
                let answer = try await served.get(path)
                #expect(answer.status == 401, "\(path)")
                #expect(answer.headers["www-authenticate"]?.hasPrefix("Basic ") == true)
                #expect(!answer.body.contains(job))
            }
            for right in ["Bearer \(Self.token)", "bearer \(Self.token)", basic("x:\(Self.token)")]
            {
                #expect(try await served.get("/", ["Authorization": right]).status == 200)
            }
            for wrong in [
                "Bearer \(Self.token)x", "Bearer \(Self.token.dropLast())", "Bearer", "Bearer ",
                Self.token, basic(Self.token), basic("\(Self.token):"), "Basic ?", basic("x:"),
                "Bearer \(Self.token)\(Self.token)",
            ] {
                let answer = try await served.get("/", ["Authorization": wrong])
                #expect(answer.status == 401, "\(wrong)")
            }
        }
        #expect(ended.status == 0 && !ended.errors.contains(Self.token))
    }

    @Test func `what would be open to others is refused before anything is served`() async throws {
        _ = try await program.ingest(1)
        program.directory.write("short", to: "short")
        program.directory.write("no token of ASCII alone", to: "blanks")
        program.directory.write(Self.token, to: "token")
        for (arguments, words) in [
            (["--host", "0.0.0.0"], "other machines could read it"),
            (["--host", "0.0.0.0", "--token-file", "token"], "--tls-certificate"),
            (["--host", "::"], "other machines could read it"),
            (
                ["--host", "0.0.0.0", "--tls-certificate", "token", "--tls-key", "token"],
                "--token-file"
            ),
            (["--tls-certificate", "token"], "go together"),
            (["--tls-certificate", "token", "--tls-key", "token"], "cannot be used"),
            (["--token-file", "short"], "it has 5 characters"),
            (["--token-file", "blanks"], "blanks"), (["--token-file", "none"], "cannot be read"),
        ] {
            let ended = try await program.run(["serve", "--port", "0"] + arguments)
            #expect(ended.status == 64, "\(arguments)")
            #expect(ended.errors.contains(words), "\(ended.errors)")
            #expect(ended.output == "")
        }
    }

    @Test func `says that the port is taken, or the ledger missing`() async throws {
        let missing = try await program.run("serve", "--port", "0")
        #expect(missing.status == 66)
        _ = try await program.ingest(1)
        _ = try await ServedJobs.serve(with: program) { served in
            let second = try await program.run("serve", "--port", "\(served.port)")
            #expect(second.status == 69)
            #expect(second.errors.contains("127.0.0.1:\(served.port) cannot be listened on"))
            #expect(second.errors.contains("--port"))
        }
    }

    @Test func `says that the ledger is held by a program that lets nobody read`() async throws {
        _ = try await program.ingest(1)
        let file = open(program.directory.file("baton.sqlite"), O_RDWR)
        defer { close(file) }
        // The bytes by which SQLite locks a file: https://sqlite.org/src/file/src/os.h
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        (lock.l_start, lock.l_len) = (0x4000_0000, 512)
        #expect(fcntl(file, F_SETLK, &lock) == 0)
        let ended = try await program.run("serve", "--port", "0")
        #expect(ended.status == 73)
        #expect(ended.errors.contains("held by another program"), "\(ended.errors)")
    }

    @Test(arguments: [false, true])
    func `a signal ends it with 0, and the streams that are open`(isInterrupt: Bool) async throws {
        let job = try await program.ingest(1)
        var stream: ServedJobs.Connection?
        var stuck: ServedJobs.Connection?
        #expect(try await program.run("report", job).status == 0)
        truncate(program.directory.file("reports/\(job)/results.csv"), 100_000_000)
        let ended = try await ServedJobs.serve(
            ["--output", "json"], with: program, endedBy: isInterrupt ? .interrupt : .terminate
        ) { served in
            let opened = try served.open("GET", "/jobs/\(job)/events", [:])
            _ = try await opened.read { $0.contains("data: {") }
            stream = opened
            stuck = try served.open("GET", "/jobs/\(job)/results.csv", [:])
        }
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.errors == "")
        let rest = try await #require(stream).read { _ in false }
        #expect(rest == "" || rest.hasSuffix("0\r\n\r\n"))
        withExtendedLifetime(stuck) {}
    }
}
