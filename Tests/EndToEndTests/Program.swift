import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

/// The built program, run as a person or a timer would run it.
///
/// The surroundings are hostile: no AWS variable, no home, an endpoint that nobody serves.
struct Program: Sendable {
    let directory: TemporaryDirectory
    var environment: [Environment.Key: String] = [:]

    /// What a run of it left.
    struct Ended: Sendable {
        /// Nil where a signal ended it.
        var status: Int32?
        var output: String
        var errors: String

        fileprivate init(_ termination: TerminationStatus, _ output: String?, _ errors: String?) {
            if case .exited(let code) = termination { status = code }
            self.output = output ?? ""
            self.errors = errors ?? ""
        }
    }

    init(in directory: TemporaryDirectory) {
        self.directory = directory
        environment = [
            "HOME": directory.path, "PATH": "/usr/bin:/bin",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_EC2_METADATA_DISABLED": "true",
        ]
        // Where these tests are sanitized, the program is too, and to report in the same way.
        environment["TSAN_OPTIONS"] = ProcessInfo.processInfo.environment["TSAN_OPTIONS"]
    }

    /// Whether it runs under Thread Sanitizer, which takes ten times the time, and for each byte up to
    /// four more.
    static let isSanitized = ProcessInfo.processInfo.environment["TSAN_OPTIONS"] != nil

    /// The program that was built with these tests: it stands beside them.
    static let path: FilePath = {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return FilePath(link ?? "").removingLastComponent().appending("baton")
    }()

    /// Runs it to its end with nothing on stdin.
    func run(_ arguments: String...) async throws -> Ended { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Ended { try await start(arguments) { _ in } }

    /// Runs it to its end under a limit that the shell sets: `ulimit -n 128`.
    func run(_ arguments: [String], under limit: String) async throws -> Ended {
        try await run(arguments, bySh: "\(limit) && exec \"$0\" \"$@\"")
    }

    /// Runs it to its end by a script of a shell, as `"$0" "$@"`.
    func run(_ arguments: [String], bySh script: String) async throws -> Ended {
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: Arguments(["-c", script, Self.path.string] + arguments),
            environment: .custom(environment), workingDirectory: FilePath(directory.path),
            input: .none, output: .string(limit: 1 << 22), error: .string(limit: 1 << 22))
        return Ended(result.terminationStatus, result.standardOutput, result.standardError)
    }

    /// Runs it to its end with a file on stdin.
    func run(_ arguments: [String], reading path: String) async throws -> Ended {
        let file = try FileDescriptor.open(path, .readOnly)
        let result = try await Subprocess.run(
            .path(Self.path), arguments: Arguments(arguments), environment: .custom(environment),
            workingDirectory: FilePath(directory.path),
            input: .fileDescriptor(file, closeAfterSpawningProcess: true),
            output: .string(limit: 1 << 22), error: .string(limit: 1 << 22))
        return Ended(result.terminationStatus, result.standardOutput, result.standardError)
    }

    /// Runs it, and `body` beside it.
    func start(
        _ arguments: [String],
        _ body: (Execution<NoInput, StringOutput<UTF8>, StringOutput<UTF8>>) async throws -> Void
    ) async throws -> Ended {
        let result = try await Subprocess.run(
            .path(Self.path), arguments: Arguments(arguments),
            environment: .custom(environment), workingDirectory: FilePath(directory.path),
            input: .none, output: .string(limit: 1 << 22), error: .string(limit: 1 << 22),
            body: body)
        return Ended(result.terminationStatus, result.standardOutput, result.standardError)
    }
}
