import FoundationEssentials
import Glibc

/// Text for people on stderr, data on stdout.
struct Console: Sendable {
    enum Level: Sendable { case quiet, normal, verbose }

    var level: Level

    /// Says something to the person at the terminal, unless `--quiet`.
    func say(_ text: String) {
        if level != .quiet { Self.write(text + "\n", to: STDERR_FILENO) }
    }

    /// Asks the person at the terminal for a line, whatever the level; empty where there is none.
    static func ask(_ question: String) -> String {
        write(question + " ", to: STDERR_FILENO)
        return readLine() ?? ""
    }

    /// Says what only `--verbose` asks for.
    func detail(_ text: String) {
        if level == .verbose { Self.write(text + "\n", to: STDERR_FILENO) }
    }

    /// Says what went wrong, whatever the level.
    static func complain(_ text: String) {
        write("baton: \(text)\n", to: STDERR_FILENO)
    }

    /// Writes a command's result.
    static func data(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes a command's result as JSON, its keys in order.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        data(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Whether a person sees stderr.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether a person can answer.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

    /// Draws `text` over the terminal's present line; an empty text clears it.
    static func draw(_ text: String) {
        write("\r\u{1B}[K" + text, to: STDERR_FILENO, isOurs: true)
    }

    /// What comes from a file or the service may hold escape sequences and signs that turn text
    /// round: they are shown, not obeyed.
    private static func write(_ text: String, to descriptor: Int32, isOurs: Bool = false) {
        var bytes = Array((isOurs ? text : text.withoutControls).utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(count, 0))
        }
    }
}

extension String {
    fileprivate var withoutControls: String {
        guard unicodeScalars.contains(where: \.isDangerous) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isDangerous {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Control characters but for line ends and tabs, and what changes the direction of text.
    fileprivate var isDangerous: Bool {
        switch value {
        case 0x0A, 0x09: false
        case 0x00...0x1F, 0x7F...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
