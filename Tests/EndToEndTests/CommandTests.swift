import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What the program says and how it ends where there is nothing to transfer.
struct CommandTests {
    private let program = Program(in: TemporaryDirectory())
    private let options = [
        "--instance", "i-1", "--contact-flow", "f1111111-2222-3333-4444-555555555555", "--region",
        "us-east-1",
    ]

    @Test func `help names every command and every exit status`() async throws {
        let help = try await program.run("--help")
        #expect(help.status == 0)
        let commands = [
            "check", "run", "ingest", "resume", "retry", "status", "jobs", "report", "whoami",
            "simulate",
            "demo",
        ]
        for command in commands {
            #expect(help.output.contains("\n  \(command)"), "\(command)")
        }
        for status in [64, 65, 66, 69, 70, 73, 75, 77, 130] {
            #expect(help.output.contains("\(status)"), "\(status)")
        }
    }

    private static let wrong: [(arguments: String, status: Int32)] = [
        ("transfer", 64), ("run", 64), ("run in.csv --rate fast", 64),
        ("run in.csv --burst 5", 64), ("run in.csv --region us-east-1", 66), ("run in.csv", 64),
        ("check in.csv --instance a,b\u{E9}", 64), ("check none.csv", 66), ("status", 66),
        ("jobs", 66), ("resume", 66), ("report --ledger none", 66),
        ("run in.csv --region us-east-1 --ledger no/folder/l.sqlite", 73),
        ("run in.csv --endpoint-url http://example.com --region us-east-1", 64),
    ]

    @Test(arguments: wrong)
    func `ends with the status of what is wrong, and a sentence`(
        arguments: String, status: Int32
    ) async throws {
        let ended = try await program.run(arguments.split(separator: " ").map(String.init))
        #expect(ended.status == status, "\(ended.errors)")
        #expect(!ended.errors.isEmpty)
        #expect(ended.output.isEmpty)
    }

    @Test func `a file that is no CSV is refused and stores nothing`() async throws {
        program.directory.write([0x50, 0x4B, 0x03, 0x04, 0, 0], to: "book.xlsx")
        let ended = try await program.run(["run", "book.xlsx"] + options)
        #expect(ended.status == 65)
        #expect(ended.errors.contains("Excel workbook"))
        let jobs = try await program.run("jobs", "--output", "json")
        #expect(jobs.output == "[\n\n]\n")
    }

    @Test func `check sums up what is wrong, as text and as JSON`() async throws {
        program.directory.write(
            "ContactId,QueueId\nc-1,q-1\nc-2,\nc-1,q-1\nc-3,q-1\nc-3,q-2\n", to: "in.csv")
        let text = try await program.run(["check", "in.csv"] + options)
        #expect(text.status == 65)
        #expect(text.output.hasPrefix("5 rows: 1 valid, 1 skipped, 3 rejected.\n"))
        #expect(text.output.contains("Row 3 (line 4, ContactId)"))
        let json = try await program.run(["check", "in.csv", "--output", "json"] + options)
        #expect(json.status == 65)
        #expect(json.output.contains("\"code\" : \"DuplicateContact\""))

        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "good.csv")
        let good = try await program.run(["check", "good.csv"] + options)
        #expect(good.status == 0)
        #expect(TemporaryDirectory.read(program.directory.file("baton.sqlite")) == nil)
    }

    @Test func `nobody to ask and no --yes transfers nothing`() async throws {
        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "in.csv")
        let ended = try await program.run(["run", "in.csv"] + options)
        #expect(ended.status == 64)
        #expect(ended.errors.contains("--yes"))
        let status = try JobState(try await program.run("status", "--output", "json"))
        #expect(status.totals["pending"] == 1)
    }

    @Test func `without credentials nothing is sent, and the words say what to do`() async throws {
        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "in.csv")
        let ended = try await program.run(["run", "in.csv", "--yes"] + options)
        #expect(ended.status == 77, "\(ended.errors)")
        #expect(ended.errors.contains("AWS_ACCESS_KEY_ID"))
    }

    @Test func `ingest prints the job's id, and the same file is the same job`() async throws {
        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "in.csv")
        let first = try await program.run(["ingest", "in.csv"] + options)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.utf8.count == 13)
        let second = try await program.run(["ingest", "in.csv"] + options)
        #expect(second.output == first.output)
        let jobs = try await program.run("jobs")
        #expect(jobs.output.contains(first.output.prefix(12)))
        #expect(jobs.output.split(separator: "\n").count == 1)
    }

    @Test func `JSON stays JSON whatever a file holds`() async throws {
        program.directory.write("ContactId,QueueId\nc\u{1B}\u{202E}\u{9B}1,q-1\n", to: "in.csv")
        let ended = try await program.run(["check", "in.csv", "--output", "json"] + options)
        #expect(ended.output.contains("\\u202e"))
        #expect(!ended.output.contains("\u{202E}"))
        let object = try JSONDecoder().decode(Checked.self, from: Data(ended.output.utf8))
        #expect(object.problems.first?.examples.first?.message.contains("\u{202E}") == true)
    }

    private struct Checked: Decodable {
        struct Problem: Decodable { var examples: [Example] }
        struct Example: Decodable { var message: String }
        var problems: [Problem]
    }

    @Test(arguments: [
        "run in.csv --region us-east-1 --rate 1e-300", "demo --rate inf", "simulate --latency nan",
        "simulate --rate inf", "simulate --hang-seconds 1e300", "run in.csv --reports=",
        "check in.csv --instance arn:aws:connect:us-east-1:1:instance/i/queue/q",
        "check in.csv --instance i --contact-flow arn:aws:connect:us-east-1:1:instance/j/contact-flow/f",
    ])
    func `refuses values that make no sense`(arguments: String) async throws {
        let ended = try await program.run(arguments.split(separator: " ").map(String.init))
        #expect(ended.status == 64, "\(ended.errors)")
    }

    @Test func `a result that cannot be written is no success`() async throws {
        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "in.csv")
        _ = try await program.run(["ingest", "in.csv"] + options)
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", "exec '\(Program.path)' jobs > /dev/full"],
            environment: .custom(program.environment),
            workingDirectory: FilePath(program.directory.path), output: .discarded)
        #expect(result.terminationStatus == .exited(73))
    }

    @Test func `a report that could not be written is said before anything is sent`()
        async throws
    {
        program.directory.write("ContactId,QueueId\nc-1,q-1\n", to: "in.csv")
        program.directory.write("no folder", to: "taken")
        let ended = try await program.run(
            ["run", "in.csv", "--yes", "--reports", "taken"] + options)
        #expect(ended.status == 73)
        #expect(ended.errors.contains("taken"))
        let status = try JobState(try await program.run("status", "--output", "json"))
        #expect(status.totals["pending"] == 1)
    }

    @Test func `hostile text from a file is shown on the terminal, not obeyed`() async throws {
        program.directory.write("ContactId,QueueId\nc\u{1B}[2J\u{202E}1,q-1\n", to: "in.csv")
        let ended = try await program.run(["check", "in.csv"] + options)
        #expect(ended.status == 65)
        #expect(!ended.output.contains("\u{1B}"))
        #expect(!ended.output.contains("\u{202E}"))
        #expect(ended.output.contains("\\u{001B}"))
    }

    /// Where the system's libraries get no file of their own they end the process by SIGILL.
    @Test(arguments: [4, 12, 17, 31])
    func `says that it may open too few files`(limit: Int) async throws {
        let ended = try await program.run(["status"], under: "ulimit -n \(limit)")
        #expect(ended.status == 73, "\(ended.errors)")
        #expect(
            ended.errors.contains("may open only \(limit) files, and needs 32. Raise its limit"),
            "\(ended.errors)")
    }
}
