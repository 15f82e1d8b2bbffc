import TransferCore
import TransferLedger

/// What to type to go on with a job as the command did that stopped.
///
/// Region, endpoint and instance are the job's own.
struct Resumption {
    var ledger: LedgerOptions
    /// Nil where the command called no service.
    var network: NetworkOptions?
    /// Nil where the command did not run the job.
    var flags: RunFlags?

    func command(for job: Job) -> String {
        var words = ["baton", "resume", job.id.text]
        if ledger.path != LedgerOptions.usualPath { words += ["--ledger", ledger.path] }
        if let profile = network?.profile { words += ["--profile", profile] }
        for entry in network?.accountProfiles ?? [] {
            words += ["--account-profile", entry.argument]
        }
        if let flags { words += flags.words }
        return words.map(\.quotedForShell).joined(separator: " ")
    }
}

extension RunFlags {
    /// Those that are not as usual.
    fileprivate var words: [String] {
        var words: [String] = []
        if case .fixed(let rate) = rate { words += ["--rate", rate.argument] }
        if let burst { words += ["--burst", burst.argument] }
        if headroom != .none { words += ["--headroom", "\(headroom.percent)%"] }
        if concurrency != Self.concurrencyUsual { words += ["--concurrency", "\(concurrency)"] }
        if maxAttempts != Self.maxAttemptsUsual { words += ["--max-attempts", "\(maxAttempts)"] }
        if let maxFailures { words += ["--max-failures", maxFailures.argument] }
        if waitForService != .usual { words += ["--wait-for-service", waitForService.text] }
        words += reporting.words
        if verify { words.append("--verify") }
        words += schedule.words + watching.words
        if yes { words.append("--yes") }
        return words
    }
}

extension String {
    /// The text as one word of a shell's command line.
    fileprivate var quotedForShell: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_-./:@%+=,".utf8.contains(byte)
            }
        }
        return isPlain && !isEmpty ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}

extension Double {
    /// As somebody types it: `200`, and not `200.0`.
    fileprivate var argument: String { Int(exactly: self).map { "\($0)" } ?? "\(self)" }
}
