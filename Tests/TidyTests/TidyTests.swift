import FoundationEssentials
import Testing

/// The rules of the house that the compiler does not hold: see each test's name.
struct TidyTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    private struct Source {
        /// Relative to the repository.
        var path: String
        var lines: [Substring]

        var module: Substring { path.split(separator: "/")[1] }
        var isOfTests: Bool { path.hasPrefix("Tests/") }
    }

    private static let sources: [Source] = ["Sources", "Tests"].flatMap { folder in
        let names =
            (try? FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name -> Source? in
            let path = "\(folder)/\(name)"
            guard let text = try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
            else { return nil }
            return Source(
                path: path,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    /// Where a line matches; this file, which names what it forbids, is left out.
    private func places(
        in sources: [Source] = Self.sources, where isFound: (Substring) -> Bool
    ) -> [String] {
        sources.filter { !$0.path.hasSuffix("TidyTests.swift") }.flatMap { source in
            source.lines.enumerated().filter { isFound($0.element) }
                .map { "\(source.path):\($0.offset + 1)" }
        }
    }

    @Test func `the sources are found`() {
        #expect(Self.sources.count > 100)
    }

    @Test func `the top level holds what it may and nothing else`() throws {
        let allowed: Set<String> = [
            "Package.swift", "Package.resolved", "Sources", "Tests", "samples", "reports",
            "README.md", "Makefile", "LICENSE",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.root)
            .filter { !$0.hasPrefix(".") && !allowed.contains($0) }
        #expect(found == [])
    }

    @Test func `no file is longer than 500 lines`() {
        let long = Self.sources.filter { $0.lines.count > 500 }
        #expect(long.map(\.path) == [])
    }

    @Test func `no function is longer than 70 lines`() {
        var long: [String] = []
        for source in Self.sources {
            var start: (line: Int, indent: Int)?
            for (number, line) in source.lines.enumerated() {
                let indent = line.prefix { $0 == " " }.count
                let text = line.dropFirst(indent)
                if start == nil, text.contains("func ") || text.contains("init(") {
                    start = (number, indent)
                } else if let begun = start, indent == begun.indent, text.first == "}" {
                    if number - begun.line > 70 { long.append("\(source.path):\(begun.line + 1)") }
                    start = nil
                }
            }
        }
        #expect(long == [])
    }

    @Test func `nothing crashes on purpose, and nothing is left for later`() {
        let sources = Self.sources.filter { !$0.isOfTests }
        let words = ["try!", "as!", "fatalError()", "TODO", "FIXME", "XXX"]
        #expect(places(in: sources) { line in words.contains { line.contains($0) } } == [])
    }

    @Test func `what the compiler cannot prove has its reason directly above`() {
        let words = [
            "@unchecked Sendable", "nonisolated(unsafe)", "Task.detached", " Task {",
        ]
        var bare: [String] = []
        for source in Self.sources where !source.path.hasSuffix("TidyTests.swift") {
            for (number, line) in source.lines.enumerated()
            where words.contains(where: { line.contains($0) }) {
                let above = source.lines[max(0, number - 4)..<number]
                if !above.contains(where: { $0.contains("//") }) {
                    bare.append("\(source.path):\(number + 1)")
                }
            }
        }
        #expect(bare == [])
    }

    @Test func `a file is named after what it holds`() {
        let words = ["Manager", "Helper", "Utils", "Impl.", "Misc"]
        let names = Self.sources.map(\.path).filter { path in words.contains { path.contains($0) } }
        #expect(names == [])
    }

    @Test func `the core imports nothing`() {
        let core = Self.sources.filter { $0.path.hasPrefix("Sources/TransferCore/") }
        #expect(places(in: core) { $0.contains("import ") && !$0.contains("//") } == [])
    }

    @Test func `modules know only those below them`() {
        let walls: [String: [String]] = [
            "AWSSigning": ["TransferCore"],
            "ConnectClient": ["TransferLedger", "TransferRun", "ConnectSimulator", "GRDB"],
            "ConnectSimulator": ["TransferCore", "ConnectClient", "TransferLedger", "CCurl"],
            "Intake": ["TransferRun", "ConnectClient", "GRDB"],
            "JobServer": [
                "TransferRun", "ConnectClient", "Intake", "ConnectSimulator", "GRDB",
            ],
            "Report": ["TransferRun", "ConnectClient", "Intake", "GRDB"],
            "TransferLedger": ["TransferRun", "Intake", "Report"],
            "TransferRun": ["ConnectClient", "Intake", "Report", "GRDB", "AWSSigning"],
        ]
        for source in Self.sources where !source.isOfTests {
            for module in walls[String(source.module)] ?? [] {
                let crossed = places(in: [source]) { $0.hasSuffix("import \(module)") }
                #expect(crossed == [], "\(source.module) knows \(module)")
            }
        }
        let networking = places { $0.hasSuffix("import FoundationNetworking") }
        #expect(networking == [])
    }

    @Test func `the server of jobs sees ledgers through what cannot write`() {
        let server = Self.sources.filter { $0.path.hasPrefix("Sources/JobServer/") }
        let found = places(in: server) { line in
            line.split { !$0.isLetter && !$0.isNumber }.contains("Ledger")
        }
        #expect(found == [])
    }

    @Test func `SQL stands in the ledger alone`() {
        let others = Self.sources.filter { !$0.isOfTests && $0.module != "TransferLedger" }
        #expect(places(in: others) { $0.contains("import GRDB") || $0.contains("SELECT ") } == [])
    }

    @Test func `decisions read no clock and draw no chance`() {
        let core = Self.sources.filter { $0.path.hasPrefix("Sources/TransferCore/") }
        let words = ["Date()", "Clock.now", ".random(in:", "SystemRandomNumberGenerator"]
        let found = places(in: core) { line in
            words.contains { line.contains($0) } && !line.contains("using: &")
        }
        #expect(found == [])
    }

    @Test func `no path of somebody's machine stands in a file`() {
        let words = ["/" + "work/", "/" + "home/", "/" + "Users/"]
        #expect(places { line in words.contains { line.contains($0) } } == [])
    }
}
