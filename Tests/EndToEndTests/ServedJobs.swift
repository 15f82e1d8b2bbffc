import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage
import TestSupport

/// `baton serve`, as it runs in a process of its own.
struct ServedJobs: Sendable {
    let port: Int
    let process: Int32

    /// How it ended, and what it said.
    struct Ended {
        var status: Int32?
        var errors: String
    }

    private struct Silent: Error {}

    /// Serves the ledger of the program's folder while `body` runs, and then ends it by a signal.
    static func serve(
        _ arguments: [String] = [], with program: Program, endedBy signal: Signal = .terminate,
        _ body: (ServedJobs) async throws -> Void
    ) async throws -> Ended {
        let errors = program.directory.file("serve.err")
        let file = try FileDescriptor.open(
            FilePath(errors), .writeOnly, options: [.create, .truncate],
            permissions: .ownerReadWrite)
        let result = try await Subprocess.run(
            .path(Program.path), arguments: Arguments(["serve", "--port", "0"] + arguments),
            environment: .custom(program.environment),
            workingDirectory: FilePath(program.directory.path), input: .none, output: .sequence,
            error: .fileDescriptor(file, closeAfterSpawningProcess: true)
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            guard let line = try await lines.next(),
                let port = line.split(separator: ":").last.flatMap({ Int($0.filter(\.isNumber)) })
            else { throw Silent() }
            let served = ServedJobs(
                port: port, process: Int32(execution.processIdentifier.value))
            try await body(served)
            try execution.send(signal: signal)
            while try await lines.next() != nil {}
        }
        let said = String(decoding: TemporaryDirectory.read(errors) ?? [], as: UTF8.self)
        guard case .exited(let code) = result.terminationStatus else {
            return Ended(status: nil, errors: said)
        }
        return Ended(status: code, errors: said)
    }

    /// An answer as it stood on the wire.
    struct Answer: Sendable {
        var status: Int
        /// By lower-case name; of several the last.
        var headers: [String: String]
        var body: String

        fileprivate init(_ text: String) {
            let end = text.firstRange(of: "\r\n\r\n")
            let lines = text[..<(end?.lowerBound ?? text.endIndex)].split(separator: "\r\n")
            status =
                lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
            headers = [:]
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                headers[line[..<colon].lowercased()] = String(line[colon...].dropFirst(2))
            }
            body = end.map { String(text[$0.upperBound...]) } ?? ""
        }
    }

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Answer {
        try await ask("GET", path, headers)
    }

    /// Asks on a connection of its own, and reads to its end.
    func ask(
        _ method: String, _ path: String, _ headers: [String: String] = [:]
    ) async throws -> Answer {
        let connection = try open(
            method, path, headers.merging(["Connection": "close"]) { a, _ in a })
        return Answer(try await connection.read { _ in false })
    }

    /// Asks, and leaves the answer for the test to read.
    func open(_ method: String, _ path: String, _ headers: [String: String]) throws -> Connection {
        let all = headers.merging(["Host": "127.0.0.1:\(port)"]) { given, _ in given }
        let lines = all.map { "\($0.key): \($0.value)\r\n" }.joined()
        return try Connection(port, sending: "\(method) \(path) HTTP/1.1\r\n\(lines)\r\n")
    }

    /// Sends what a test likes on a connection of its own.
    func send(_ text: String) throws -> Connection { try Connection(port, sending: text) }

    /// A connection, closed when it is let go of.
    final class Connection: Sendable {
        private let socket: Int32

        fileprivate init(_ port: Int, sending text: String) throws {
            socket = try connectedSocket(toPort: port)
            let bytes = Array(text.utf8)
            guard Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
            else {
                throw SocketError(number: errno)
            }
        }

        deinit { close(socket) }

        /// Reads until all that has come is enough, or the connection ends.
        func read(until isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
            await withCheckedContinuation { continuation in
                spawn { [socket] in
                    var all: [UInt8] = []
                    var buffer = [UInt8](repeating: 0, count: 1 << 16)
                    var text = ""
                    while !isEnough(text), case let count = recv(socket, &buffer, buffer.count, 0),
                        count > 0
                    {
                        all += buffer[..<count]
                        text = String(decoding: all, as: UTF8.self)
                    }
                    continuation.resume(returning: text)
                }
            }
        }

        /// Reads to the end, and counts the bytes alone.
        func count() async -> Int {
            await withCheckedContinuation { continuation in
                spawn { [socket] in
                    var buffer = [UInt8](repeating: 0, count: 1 << 16)
                    var sum = 0
                    while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 {
                        sum += count
                    }
                    continuation.resume(returning: sum)
                }
            }
        }
    }

    /// Waits until the process has a file of this name open, or none: nothing else tells of it.
    func waitForFile(_ name: String, open isOpen: Bool) async throws {
        while hasOpen(name) != isOpen { try await Task.sleep(for: .milliseconds(20)) }
    }

    private func hasOpen(_ name: String) -> Bool {
        let folder = "/proc/\(process)/fd"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.contains { file in
            let path = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "\(folder)/\(file)")
            return path?.hasSuffix(name) ?? false
        }
    }

    /// The most memory that the process has had so far, in kB.
    var peakMemory: Int {
        let status = TemporaryDirectory.read("/proc/\(process)/status") ?? []
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}

extension Program {
    /// Stores a job of so many rows, offline, and gives its id.
    func ingest(_ rows: Int, file: String = "input.csv") async throws -> String {
        let queue = "9d1e6d53-2e0a-4b3d-9a53-0f4f6c1d2b3a"
        let lines = (0..<rows).map { "\(1000 + $0)0000-7e1b-4a52-8ed3-2f8e7c5a9b10,\(queue)" }
        directory.write((["ContactId,QueueId"] + lines).joined(separator: "\n"), to: file)
        let ended = try await run(
            "ingest", file, "--instance", "5a0cd6ac-6bcd-4d1c-9d0b-59a1d1f6f2f1", "--contact-flow",
            "c0a4a9d2-7a0b-4a8f-bb8d-3f8f5f0c8e7d", "--region", "us-east-1", "--endpoint-url",
            "http://127.0.0.1:1", "--output", "json")
        return try JobState(ended).job
    }
}
