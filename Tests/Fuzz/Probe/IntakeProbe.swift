import Glibc

/// Puts files through the parser and the intake, and says where they break a promise.
@main
enum IntakeProbe {
    private static let usage = """
        usage: IntakeProbe split                    files on stdin, see FramedFiles
               IntakeProbe parser|intake FILE…      looks at each file
               IntakeProbe fuzz parser|intake …     libFuzzer's arguments; see `make fuzz`
        """

    /// What can be looked at, by the word of the command line.
    private static let checks: [String: Check] = [
        "parser": ParserCheck.check, "intake": IntakeCheck.check,
    ]

    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.dropFirst().first) {
        case ("split", nil):
            try FramedFiles.answer()
        case ("fuzz", let name?):
            if let check = checks[name] { fuzz(check) } else { refuse() }
        case (let name?, .some):
            if let check = checks[name] { try look(arguments.dropFirst(), check) } else { refuse() }
        default: refuse()
        }
    }

    private static func refuse() {
        print(usage)
        exit(64)
    }

    private static func look(_ paths: ArraySlice<String>, _ check: Check) throws {
        var broken = 0
        for path in paths {
            let descriptor = open(path, O_RDONLY)
            defer { close(descriptor) }
            do {
                try check(try bytes(of: descriptor))
            } catch {
                broken += 1
                print("\(path): \(error)")
            }
        }
        print("\(paths.count) files, \(broken) that break a promise")
        if broken > 0 { exit(1) }
    }

    /// All that a descriptor has left.
    static func bytes(of descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 { throw Broken("A file could not be read: errno \(errno).") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}

/// Looks at the bytes of a file.
///
/// - Throws: ``Broken``
typealias Check = @Sendable ([UInt8]) throws -> Void

/// A promise that was broken, in a sentence.
struct Broken: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Sees to it that a promise holds.
func expect(_ holds: Bool, _ sentence: @autoclosure () -> String) throws(Broken) {
    if !holds { throw Broken(sentence()) }
}
