import Dispatch
import Glibc

/// Asks for the code of an MFA device at the terminal itself, whatever stdin and stdout are.
enum CodeQuestion {
    /// A line longer than this is no code.
    private static let bytesMax = 64

    /// Gives the line that was typed; nil where there is no terminal, or others are in its foreground.
    static func ask(about serial: String) async -> String? {
        await withCheckedContinuation { continuation in
            // A person takes their time: on a thread that nothing else waits for.
            DispatchQueue.global().async {
                continuation.resume(returning: answer(to: "MFA code of \(serial): "))
            }
        }
    }

    private static func answer(to question: String) -> String? {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        // Reading from the background would stop the process, and the run with it. Where it is put
        // there while it reads, it reads an error instead.
        guard tcgetpgrp(terminal) == getpgrp() else { return nil }
        var stops = sigset_t()
        sigemptyset(&stops)
        sigaddset(&stops, SIGTTIN)
        pthread_sigmask(SIG_BLOCK, &stops, nil)
        defer { pthread_sigmask(SIG_UNBLOCK, &stops, nil) }
        // The device's name is from a file: nothing in it may command the terminal.
        let bytes = question.utf8.filter { (0x20...0x7E).contains($0) }
        guard write(terminal, bytes, bytes.count) == bytes.count else { return nil }
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < bytesMax {
            let count = read(terminal, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count == 1, byte != UInt8(ascii: "\n") else { break }
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }
}
