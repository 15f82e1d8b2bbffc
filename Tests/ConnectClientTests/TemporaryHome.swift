import FoundationEssentials

/// A home directory with shared files of AWS in it, gone at the end of the test.
final class TemporaryHome: Sendable {
    let path: String

    init(config: String? = nil, credentials: String? = nil) throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "baton-client-\(UUID().uuidString)")
        let shared = directory.appending(path: ".aws")
        try FileManager.default.createDirectory(at: shared, withIntermediateDirectories: true)
        path = directory.path()
        for (name, text) in [("config", config), ("credentials", credentials)] {
            try text.map { try Data($0.utf8).write(to: shared.appending(path: name)) }
        }
    }

    /// Writes the file of keys again.
    func write(credentials text: String) throws { try write(text, to: "credentials") }

    /// Writes the file of settings again.
    func write(config text: String) throws { try write(text, to: "config") }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path + "/.aws/" + name))
    }

    deinit {
        // What is left in the temporary directory harms nobody.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// An environment with this home and nothing else of AWS's: who asks the metadata of the
    /// machine that the tests run on would find it on some.
    func environment(_ more: [String: String] = [:]) -> [String: String] {
        more.merging(["HOME": path, "AWS_EC2_METADATA_DISABLED": "true"]) { given, _ in given }
    }
}
