import FoundationEssentials
import Subprocess
import TestSupport

/// A local Connect that serves in a process of its own, as `baton simulate` starts it.
struct LocalConnect: Sendable {
    var endpoint: String
    var region: String
    var instanceId: String
    let program: Program

    private struct Line: Decodable {
        var endpoint: String
        var region: String
        var instanceId: String
    }

    private struct Silent: Error {}

    /// Serves while `body` runs. Its input is `contacts.csv` and its effects `effects.jsonl` in the
    /// program's folder; the program that `body` gets has its credentials.
    static func serve<T: Sendable>(
        _ arguments: [String] = [], with program: Program,
        _ body: (LocalConnect) async throws -> T
    ) async throws -> T {
        var simulator = ["simulate", "--write-csv", program.directory.file("contacts.csv")]
        simulator += ["--effects", program.directory.file("effects.jsonl")]
        let result = try await Subprocess.run(
            .path(Program.path), arguments: Arguments(simulator + arguments),
            environment: .custom(program.environment), input: .none, output: .sequence,
            error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            guard let text = try await lines.next() else { throw Silent() }
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            var caller = program
            caller.environment["AWS_ACCESS_KEY_ID"] = "AKIABATONSIMULATOR01"
            caller.environment["AWS_SECRET_ACCESS_KEY"] = "baton-simulator-key-that-is-no-secret-01"
            let connect = LocalConnect(
                endpoint: line.endpoint, region: line.region, instanceId: line.instanceId,
                program: caller)
            let value = try await body(connect)
            try execution.send(signal: .terminate)
            while try await lines.next() != nil {}
            return value
        }
        return result.closureResult
    }

    /// The arguments of `baton run` for this service.
    func run(_ file: String = "contacts.csv", _ more: String...) -> [String] {
        [
            "run", file, "--instance", instanceId, "--region", region, "--endpoint-url", endpoint,
            "--yes",
        ] + more
    }

    private struct Effect: Decodable {
        var contactId: String
        var newContactId: String
    }

    /// What took effect, by the service's own count: old contact to new ones.
    func effects() throws -> [String: [String]] {
        let bytes = TemporaryDirectory.read(program.directory.file("effects.jsonl")) ?? []
        var effects: [String: [String]] = [:]
        // The last line may be there in part, while it is written.
        let whole = bytes.prefix((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
        for line in whole.split(separator: UInt8(ascii: "\n")) {
            let effect = try JSONDecoder().decode(Effect.self, from: Data(line))
            effects[effect.contactId, default: []].append(effect.newContactId)
        }
        return effects
    }

    /// Waits until so many contacts were moved: a file is all that tells of it.
    func waitForEffects(_ count: Int) async throws {
        while try effects().count < count { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// The rows of the newest job's `results.csv`, by column.
    func results(of job: String) throws -> [[String: String]] {
        let path = program.directory.file("reports/\(job)/results.csv")
        return CSVTable.read(TemporaryDirectory.read(path) ?? [])
    }
}

/// What `--output json` says of a job.
struct JobState: Decodable {
    var job: String
    var rows: Int
    var totals: [String: Int]
    var isFinished: Bool

    init(_ ended: Program.Ended) throws {
        self = try JSONDecoder().decode(JobState.self, from: Data(ended.output.utf8))
    }

    /// The sum of the six.
    var sum: Int { totals.values.reduce(0, +) }
}
