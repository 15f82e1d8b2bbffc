import Glibc
import Intake
import TransferCore

/// What the intake promises of any bytes.
///
/// The last byte of an input says by which options the others are taken in.
enum IntakeCheck {
    static func check(_ input: [UInt8]) throws {
        guard let control = input.last else { return }
        let bytes = Array(input.dropLast())
        var options = options(of: control)
        let file = try MemoryFile()
        let found = try file.check(bytes, options)
        if case .summary(let summary) = found { try check(summary) }
        if let text = String(validating: bytes, as: UTF8.self), isPlain(bytes) {
            try checkEncoding(Int(control >> 4) % 3, of: text, found, file, options)
            try JudgeCheck(bytes, options).check(found)
        }
        options.isStrict = true
        try checkStrict(try file.check(bytes, options), found)
    }

    private static func options(of control: UInt8) -> IntakeOptions {
        var defaults = RowDefaults(flowDecides: control & 2 != 0)
        if control & 1 != 0 {
            defaults.instance = InstanceID(valid: "11111111-2222-3333-4444-555555555555")
            defaults.flow = .name("Transfer")
        }
        if control & 4 != 0 {
            defaults.region = "us-east-1"
            defaults.account = "123456789012"
        }
        var options = IntakeOptions(defaults: defaults)
        if control & 8 != 0 {
            options.limits.fieldBytesMax = 40
            options.limits.columnsMax = 4
            options.limits.recordBytesMax = 128
            options.limits.rowsMax = 3
        }
        return options
    }

    /// Whether nothing at the start says that it is no UTF-8 text, or is left out of the text.
    private static func isPlain(_ bytes: [UInt8]) -> Bool {
        let starts = ["\u{FEFF}", "PK\u{3}\u{4}", "%PDF"]
        return !bytes.isEmpty && !starts.contains { bytes.starts(with: $0.utf8) }
    }

    private static func check(_ summary: IntakeSummary) throws(Broken) {
        try expect(
            summary.rows > 0 && summary.valid >= 0 && summary.rejected >= 0 && summary.skipped >= 0
                && summary.valid + summary.rejected + summary.skipped == summary.rows,
            "The numbers of rows do not add up: \(summary).")
        for finding in summary.findings {
            try expect(
                finding.count > 0 && finding.examples.count <= IntakeSummary.examplesMax
                    && finding.examples.allSatisfy {
                        (1...summary.rows).contains($0.row) && $0.line > $0.row
                            && ($0.message.hasSuffix(".") || $0.message.hasSuffix("?"))
                    },
                "A finding is not as it should be: \(finding).")
        }
        let skipped = summary.findings.filter { $0.outcome == .skipped }.reduce(0) { $0 + $1.count }
        try expect(skipped == summary.skipped, "\(skipped) rows were skipped: \(summary).")
        let hasRejected = summary.findings.contains { $0.outcome == .rejected }
        try expect(hasRejected == (summary.rejected > 0), "Nothing says why: \(summary).")
    }

    /// A byte order mark, or UTF-16, makes no difference; one of the three at a time, for speed.
    private static func checkEncoding(
        _ which: Int, of text: String, _ found: Found, _ file: borrowing MemoryFile,
        _ options: IntakeOptions
    ) throws {
        let units = Array("\u{FEFF}\(text)".utf16)
        let bytes =
            switch which {
            case 0: Array("\u{FEFF}\(text)".utf8)
            case 1: units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            default: units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            }
        let other = try file.check(bytes, options)
        // FF FE 00 00 is UTF-32's mark as well: the file is refused in other words.
        let isTakenForUTF32 = which == 2 && units.dropFirst().first == 0
        if isTakenForUTF32, case .refusal = found, case .refusal = other { return }
        try expect(other == found, "\(found), but as encoding \(which) \(other).")
    }

    /// `--strict` refuses what has a rejected row, and nothing else.
    private static func checkStrict(_ strict: Found, _ found: Found) throws(Broken) {
        switch (found, strict) {
        case (.summary(let summary), .refusal):
            try expect(summary.rejected > 0, "\(strict) though nothing is rejected: \(found).")
        case (.summary(let summary), .summary):
            try expect(summary.rejected == 0 && strict == found, "\(strict) is not \(found).")
        case (.refusal, .refusal): break
        case (.refusal, .summary): throw Broken("\(found), but strictly \(strict).")
        }
    }
}

/// What an intake came to.
enum Found: Equatable {
    case summary(IntakeSummary)
    /// Without the numbers of bytes, which are others in each encoding.
    case refusal(String)
}

/// A file that is never on a disk.
struct MemoryFile: ~Copyable {
    private let descriptor: Int32

    init() throws {
        var path = Array("/dev/shm/intake-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0, unlink(path) == 0 else {
            throw Broken("There is no memory for a file: errno \(errno).")
        }
    }

    deinit { close(descriptor) }

    /// Takes bytes in.
    func check(_ bytes: [UInt8], _ options: IntakeOptions) throws -> Found {
        try expect(
            ftruncate(descriptor, 0) == 0
                && pwrite(descriptor, bytes, bytes.count, 0) == bytes.count,
            "The file could not be written: errno \(errno).")
        do {
            return .summary(try Intake.check("/proc/self/fd/\(descriptor)", options: options))
        } catch let error as IntakeError {
            try expect(
                error.code == .refused && (error.message.last == "." || error.message.last == "?")
                    && !error.message.contains("\n"),
                "This is no sentence: \(error.message)")
            return .refusal(error.message.withoutByteNumbers)
        }
    }
}

extension String {
    /// Without the digits of `byte 12`.
    fileprivate var withoutByteNumbers: String {
        split(separator: "byte ", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset == 0 ? $0.element : $0.element.drop { $0.isNumber } }
            .joined(separator: "byte ")
    }
}
