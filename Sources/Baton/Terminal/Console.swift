import FoundationEssentials
import Glibc

/// Text for people on stderr, data on stdout.
struct Console: Sendable {
    enum Level: Sendable { case quiet, normal, verbose }

    var level: Level

    /// Says something to the person at the terminal, unless `--quiet`.
    func say(_ text: String, _ event: LogEvent = .note) {
        if level != .quiet { Self.tell(.info, event, text) }
    }

    /// Asks the person at the terminal for a line, whatever the level; empty where there is none.
    static func ask(_ question: String) -> String {
        tell(.info, .question, question, end: " ")
        return readLine() ?? ""
    }

    /// Says what only `--verbose` asks for.
    func detail(_ text: String, _ event: LogEvent = .note) {
        if level == .verbose { Self.tell(.debug, event, text) }
    }

    /// Says what does not stop the command, whatever the level.
    func warn(_ text: String) {
        if Self.isTerminal { Self.draw("") }
        Self.tell(.warning, .note, text)
    }

    /// Says what went wrong, whatever the level.
    static func complain(_ text: String) { tell(.error, .failure, text) }

    /// Writes a command's result.
    ///
    /// - Throws: ``ConsoleError`` where it cannot be written; that nobody reads it is no error.
    static func data(_ text: String) throws(ConsoleError) {
        try write(Array((text.withoutControls + "\n").utf8), to: STDOUT_FILENO)
    }

    /// Writes a command's result as JSON, its keys in order; what a terminal would obey is escaped
    /// as JSON has it.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        try write(Array((text.withControlsAsJSON + "\n").utf8), to: STDOUT_FILENO)
    }

    /// Writes one result of many as JSON on a line of its own.
    static func jsonLine(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        try write(Array((text.withControlsAsJSON + "\n").utf8), to: STDOUT_FILENO)
    }

    /// Draws a result on the terminal over the `lines` lines of the one before.
    static func redraw(_ text: String, over lines: Int) throws(ConsoleError) {
        let up = lines > 0 ? "\u{1B}[\(lines)A" : ""
        let drawn = text.withoutControls.split(separator: "\n").map { "\u{1B}[K\($0)\n" }.joined()
        // Without wrapping, a line of text is a line of the terminal.
        let bytes = Array(("\u{1B}[?7l" + up + drawn + "\u{1B}[J\u{1B}[?7h").utf8)
        try write(bytes, to: STDOUT_FILENO)
    }

    /// Whether a person sees stderr, as text.
    static var isTerminal: Bool { LogLine.format == .text && isatty(STDERR_FILENO) == 1 }

    /// Whether a person can answer.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

    /// Draws `text` over the terminal's present line; an empty text clears it.
    static func draw(_ text: String) {
        tellAsItIs("\r\u{1B}[K" + text)
    }

    /// What comes from a file or the service may hold escape sequences and signs that turn text
    /// round: they are shown, not obeyed.
    private static func tell(
        _ level: LogLine.Level, _ event: LogEvent, _ text: String, end: String = "\n"
    ) {
        if let line = LogLine(level, event, text).json {
            tellAsItIs(line.withControlsAsJSON + "\n")
        } else {
            tellAsItIs((level == .error ? "baton: \(text)" : text).withoutControls + end)
        }
    }

    private static func tellAsItIs(_ text: String) {
        do throws(ConsoleError) {
            try write(Array(text.utf8), to: STDERR_FILENO)
        } catch {
            // Without a stderr there is nobody to tell.
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(ConsoleError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EPIPE { return }
            guard count > 0 || errno == EINTR else {
                throw ConsoleError(reason: String(cString: strerror(errno)))
            }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}

/// A result that could not be written to stdout.
struct ConsoleError: Error {
    /// The system's words.
    var reason: String
}

extension String {
    fileprivate var withoutControls: String {
        escaped { "\\u{\(String($0, radix: 16, uppercase: true))}" }
    }

    fileprivate var withControlsAsJSON: String {
        // All that is escaped here lies in the basic plane, so one unit is enough.
        escaped { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    private func escaped(_ escape: (UInt32) -> String) -> String {
        guard unicodeScalars.contains(where: \.isDangerous) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isDangerous {
                text += escape(scalar.value)
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
