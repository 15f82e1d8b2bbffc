import Glibc
import Synchronization
import TransferCore
import TransferLedger
import TransferRun

/// The file of `--metrics-file`: a run's figures for Prometheus's node exporter and its like.
final class MetricsFile: Sendable {
    private let path: String
    private let job: Job
    private let console: Console
    private let state: Mutex<State>

    private struct State {
        var progress = RunProgress()
        var calls = CallMetrics()
        var hasFailed = false
    }

    private static let interval = Duration.seconds(5)

    /// Writes the file for the first time.
    ///
    /// - Throws: ``MetricsFileError`` where that fails: better before anything is sent than after.
    init(_ path: String, job: Job, totals: ControlTotals, console: Console) throws {
        self.path = path
        self.job = job
        self.console = console
        var first = State()
        first.progress.totals = totals
        state = Mutex(first)
        try write(isRunning: true)
    }

    func update(_ progress: RunProgress) { state.withLock { $0.progress = progress } }

    func update(_ calls: CallMetrics) { state.withLock { $0.calls = calls } }

    /// Writes every few seconds until cancelled.
    func keepWriting() async {
        let clock = ContinuousClock()
        while !Task.isCancelled {
            // Cancelled is what this loop waits for.
            try? await clock.sleep(for: Self.interval)
            if !Task.isCancelled { writeOrSay(isRunning: true) }
        }
    }

    /// Writes for the last time.
    func finish() { writeOrSay(isRunning: false) }

    /// The run goes on without metrics; that is said once.
    private func writeOrSay(isRunning: Bool) {
        do throws(MetricsFileError) {
            try write(isRunning: isRunning)
        } catch {
            let isFirst = state.withLock { state in
                defer { state.hasFailed = true }
                return !state.hasFailed
            }
            if isFirst { console.warn("\(error.sentence) The run goes on without.") }
        }
    }

    /// Beside its place, and renamed: who reads it sees the whole of one moment. Not flushed to the
    /// disk: after a crash of the machine nobody wants it. Readable by all, since the exporter is
    /// another user; it names no contact.
    private func write(isRunning: Bool) throws(MetricsFileError) {
        let text = state.withLock { state in
            PrometheusText(
                job: job.id, progress: state.progress, calls: state.calls, isRunning: isRunning,
                at: .now
            ).text
        }
        let part = "\(path).part-\(getpid())"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw MetricsFileError(path) }
        let bytes = Array(text.utf8)
        let count = Glibc.write(descriptor, bytes, bytes.count)
        let isWritten = count == bytes.count
        let failure = isWritten ? nil : MetricsFileError(path, isShort: count >= 0)
        close(descriptor)
        if let failure {
            unlink(part)
            throw failure
        }
        guard rename(part, path) == 0 else {
            let failure = MetricsFileError(path)
            unlink(part)
            throw failure
        }
    }
}

/// That metrics could not be written.
struct MetricsFileError: Error {
    var sentence: String

    /// Of the system's last error.
    init(_ path: String, isShort: Bool = false) {
        let reason = isShort ? "the disk is full" : String(cString: strerror(errno))
        sentence = "The metrics file \(path) cannot be written: \(reason). Check --metrics-file."
    }
}
