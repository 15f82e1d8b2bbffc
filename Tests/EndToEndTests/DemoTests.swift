import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// `baton demo` and the local Connect that it starts.
@Suite(.timeLimit(.minutes(2))) struct DemoTests {
    private let program = Program(in: TemporaryDirectory())

    private var folder: String { program.directory.file("demo") }

    @Test(arguments: [Signal.kill, .terminate])
    func `its local Connect ends with it, however it ends`(signal: Signal) async throws {
        let arguments = ["demo", "--contacts", "2000", "--rate", "5", "--directory", folder]
        _ = try await program.start(arguments) { execution in
            while (TemporaryDirectory.read("\(folder)/effects.jsonl") ?? []).isEmpty {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try isServing())
            try execution.send(signal: signal)
        }
        while try isServing() { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// Whether there is a local Connect whose files are in the demo's folder.
    private func isServing() throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").contains { name in
            let words = TemporaryDirectory.read("/proc/\(name)/cmdline") ?? []
            let command = String(decoding: words, as: UTF8.self)
            return command.contains("simulate\0") && command.contains(folder)
        }
    }
}
