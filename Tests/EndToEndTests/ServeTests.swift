import FoundationEssentials
import Glibc
import Subprocess
import TestSupport
import Testing

/// What `baton serve` answers, and to whom.
@Suite(.timeLimit(.minutes(Program.isSanitized ? 20 : 2))) struct ServeTests {
    private let program = Program(in: TemporaryDirectory())

    @Test func `lists the jobs, the newest first, and shows hostile names as text`() async throws {
        let first = try await program.ingest(3)
        let name = "<img src=x onerror=alert(1)>\u{202E}.csv"
        let second = try await program.ingest(5, file: name)
        let ended = try await ServedJobs.serve(with: program) { served in
            let list = try await served.get("/")
            #expect(list.status == 200)
            let (newer, older) = (list.body.firstRange(of: second), list.body.firstRange(of: first))
            #expect(try #require(newer).lowerBound < #require(older).lowerBound)
            #expect(list.body.contains("2 jobs in this ledger."))
            #expect(list.body.contains("stopped, 5 rows to go"))
            for page in [list, try await served.get("/jobs/\(second)")] {
                #expect(page.body.contains("&lt;img src=x onerror=alert(1)&gt;[U+202E].csv"))
                #expect(!page.body.contains("<img"))
            }
            let page = try await served.get("/jobs/\(second)")
            #expect(page.body.contains("Nothing has been transferred yet: 5 rows are pending."))
            #expect(page.body.contains("baton report \(second)"))
            #expect(page.body.contains("<meta http-equiv=\"refresh\" content=\"10\">"))
        }
        #expect(ended.status == 0)
        #expect(ended.errors == "")
    }

    @Test func `every answer has the headers that keep a browser from more than showing it`()
        async throws
    {
        let job = try await program.ingest(1)
        _ = try await ServedJobs.serve(with: program) { served in
            for path in ["/", "/jobs/\(job)", "/metrics", "/nothing", "/jobs/\(job)/retry.csv"] {
                let answer = try await served.get(path)
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                #expect(answer.headers["cache-control"] == "no-store")
                #expect(answer.headers["referrer-policy"] == "no-referrer")
                let policy = answer.headers["content-security-policy"] ?? ""
                #expect(policy.contains("default-src 'none'"), "\(path)")
                #expect(policy.contains("frame-ancestors 'none'"), "\(path)")
                let head = try await served.ask("HEAD", path)
                #expect(head.status == answer.status && head.body == "", "\(path)")
                #expect(head.headers["content-length"] == answer.headers["content-length"])
            }
            let nonces = try await [served.get("/"), served.get("/")]
                .map { $0.headers["content-security-policy"] }
            #expect(nonces[0] != nonces[1])
            let stream = try await served.ask("HEAD", "/jobs/\(job)/events")
            #expect(stream.status == 200 && stream.body == "0\r\n\r\n" || stream.body == "")
        }
    }

    @Test func `nothing but the names of reports leads to a file`() async throws {
        let job = try await program.ingest(2)
        #expect(try await program.run("report", job).status == 0)
        program.directory.write("secret", to: "reports/\(job)/secret.txt")
        _ = try await ServedJobs.serve(with: program) { served in
            for path in [
                "/jobs/\(job)/secret.txt", "/jobs/\(job)/../../baton.sqlite",
                "/jobs/\(job)/%2e%2e%2f%2e%2e%2fbaton.sqlite", "/jobs/..%2f..%2f/summary.html",
                "/jobs/\(job)/", "/jobs", "/jobs/../baton.sqlite", "/jobs/\(job)f", "/?page=0",
                "/?page=2", "/?page=99999999999999999999", "/jobs/ffffffffffff",
                "/jobs/ffffffffffff/summary.html", "/jobs/ffffffffffff/events", "//", "/%00",
            ] {
                let answer = try await served.get(path)
                // A slash at the end, or two at the beginning, make no other page of it.
                let isPage = path == "//" || path.hasSuffix("\(job)/")
                #expect(answer.status == (isPage ? 200 : 404), "\(path)")
                #expect(!answer.body.contains("secret") && !answer.body.contains("SQLite"))
            }
            let missing = try await served.get("/jobs/\(job)/reconciliation.csv")
            #expect(missing.status == 404 && missing.body.contains("baton report \(job)"))
            #expect(try await served.get("/" + String(repeating: "a", count: 3000)).status == 414)
            let long = try await served.get("/", ["X": String(repeating: "a", count: 20_000)])
            #expect(long.status == 400)
            for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
                let answer = try await served.ask(method, "/jobs/\(job)")
                #expect(answer.status == 405 && answer.headers["allow"] == "GET, HEAD")
            }
        }
    }

    @Test func `gives out the reports as they are on the disk`() async throws {
        let job = try await program.ingest(40)
        #expect(try await program.run("report", job).status == 0)
        let types = [
            "summary.html": "text/html; charset=utf-8", "summary.json": "application/json",
            "results.csv": "text/csv; charset=utf-8", "retry.csv": "text/csv; charset=utf-8",
        ]
        _ = try await ServedJobs.serve(with: program) { served in
            let page = try await served.get("/jobs/\(job)").body
            for (name, type) in types {
                #expect(page.contains("/jobs/\(job)/\(name)"))
                let answer = try await served.get("/jobs/\(job)/\(name)")
                let file = TemporaryDirectory.read(program.directory.file("reports/\(job)/\(name)"))
                #expect(Array(answer.body.utf8) == file, "\(name)")
                #expect(answer.headers["content-type"] == type)
                let isTable = name.hasSuffix(".csv")
                #expect(
                    answer.headers["content-disposition"]?.hasPrefix("attachment") ?? false
                        == isTable)
            }
            let summary = try await served.get("/jobs/\(job)/summary.html")
            #expect(summary.headers["content-security-policy"] == "frame-ancestors 'none'")
        }
    }

    @Test func `a client that takes nothing of its answer holds no memory and nobody up`()
        async throws
    {
        let job = try await program.ingest(1)
        #expect(try await program.run("report", job).status == 0)
        let bytes = 200_000_000
        truncate(program.directory.file("reports/\(job)/results.csv"), bytes)
        let ended = try await ServedJobs.serve(with: program) { served in
            _ = try await served.get("/")
            let before = served.peakMemory
            let stuck = try (0..<8).map { _ in
                try served.open("GET", "/jobs/\(job)/results.csv", [:])
            }
            let whole = try served.open("GET", "/jobs/\(job)/results.csv", ["Connection": "close"])
            #expect(await whole.count() > bytes)
            #expect(try await served.get("/jobs/\(job)").status == 200)
            #expect(served.peakMemory - before < 20_000 * (Program.isSanitized ? 4 : 1))
            withExtendedLifetime(stuck) {}
        }
        // Those that hung up in the middle are no error.
        #expect(ended.status == 0 && ended.errors == "")
    }

    @Test func `a client that is silent, or takes nothing for long, is let go of`() async throws {
        let job = try await program.ingest(1)
        #expect(try await program.run("report", job).status == 0)
        truncate(program.directory.file("reports/\(job)/results.csv"), 100_000_000)
        let ended = try await ServedJobs.serve(with: program) { served in
            let stuck = try served.open("GET", "/jobs/\(job)/results.csv", [:])
            try await served.waitForFile("results.csv", open: true)
            let unfinished = try served.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            let silent = try served.send("")
            let quiet = try served.open("GET", "/jobs/\(job)/events", [:])
            let heard = try await quiet.read { $0.contains(": nothing new") }
            // Nothing changed, so one event was all there was to tell; this client is still there.
            #expect(heard.split(separator: "data: ").count == 2)
            #expect(try await unfinished.read { _ in false } == "")
            #expect(try await silent.read { _ in false } == "")
            try await served.waitForFile("results.csv", open: false)
            let again = try await quiet.read { $0.contains(": nothing new") }
            #expect(again.contains(": nothing new"))
            withExtendedLifetime(stuck) {}
        }
        #expect(ended.status == 0 && ended.errors == "")
    }

    @Test func `pages of the list have a hundred jobs`() async throws {
        let job = try await program.ingest(1)
        let script = """
            for n in $(seq 100 202); do "$0" "$@" --contact-flow \
            c0a4a9d2-7a0b-4a8f-bb8d-3f8f5f0c8$n --quiet || exit 1; done
            """
        let made = try await program.run(
            [
                "ingest", "input.csv", "--instance", "5a0cd6ac-6bcd-4d1c-9d0b-59a1d1f6f2f1",
                "--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:1",
            ], bySh: script)
        #expect(made.status == 0, "\(made.errors)")
        _ = try await ServedJobs.serve(with: program) { served in
            let pages = try await [served.get("/"), served.get("/?page=2")]
            #expect(
                pages.map { $0.body.split(separator: "<a href=\"/jobs/").count - 1 } == [100, 4])
            #expect(pages[0].body.contains("104 jobs in this ledger."))
            #expect(pages[0].body.contains("Page 1 of 2"))
            #expect(pages[0].body.contains("/?page=2") && !pages[0].body.contains("rel=\"prev\""))
            #expect(pages[1].body.contains("/?page=1") && !pages[1].body.contains("rel=\"next\""))
            #expect(pages[1].body.contains(job))
            let metrics = PrometheusParser(try await served.get("/metrics").body)
            #expect(metrics.problems == [])
            #expect(Set(metrics.samples.compactMap { $0.labels["job"] }).count == 100)
        }
    }
}
