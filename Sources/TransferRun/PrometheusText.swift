package import TransferCore
import TransferLedger

/// A run's figures in Prometheus's text format, version 0.0.4
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
package struct PrometheusText {
    package private(set) var text = ""
    private let job: String

    /// Writes what is known of the run of a job at a moment.
    package init(
        job: JobID, progress: RunProgress, calls: CallMetrics, isRunning: Bool, at now: Timestamp
    ) {
        self.job = job.text
        add("baton_rows", "gauge", "Rows of the job by outcome.")
        for outcome in Outcome.allCases {
            sample("baton_rows", ["outcome": outcome.rawValue], progress.totals[outcome])
        }
        addCalls(calls)
        gauge("baton_calls_in_flight", "Calls under way.", Double(progress.inFlight))
        gauge(
            "baton_target_calls_per_second", "TransferContact calls a second that are aimed at.",
            progress.rate)
        if let rate = progress.rowsPerSecond {
            gauge("baton_rows_per_second", "Rows done a second in the last minute.", rate)
        }
        addPauses(progress)
        if let endsAt = progress.timeLeft?.endsAt {
            gauge(
                "baton_time_left_seconds",
                "Time until the last row is done, as far as can be told.",
                max(0, (endsAt - now).seconds))
        }
        gauge("baton_running", "1 while the run lasts, 0 after its end.", isRunning ? 1 : 0)
        gauge(
            "baton_written_timestamp_seconds", "When this was written.",
            Double(now.milliseconds) / 1000)
    }

    private mutating func addCalls(_ calls: CallMetrics) {
        add("baton_calls_total", "counter", "Calls answered, by operation and what they came to.")
        for operation in RowOperation.allCases {
            for result in CallMetrics.Result.allCases {
                sample(
                    "baton_calls_total",
                    ["operation": operation.rawValue, "result": result.rawValue],
                    calls[operation][result])
            }
        }
        let name = "baton_call_duration_seconds"
        add(name, "histogram", "How long calls took, by operation.")
        for operation in RowOperation.allCases {
            let latency = calls[operation].latency
            let label = ["operation": operation.rawValue]
            var sum = 0
            let bounds = LatencyHistogram.bounds.map { "\($0)" } + ["+Inf"]
            for (bound, count) in zip(bounds, latency.counts) {
                sum += count
                sample(name + "_bucket", label.merging(["le": bound]) { $1 }, sum)
            }
            sample(name + "_sum", label, latency.sum.seconds)
            sample(name + "_count", label, sum)
        }
    }

    private mutating func addPauses(_ progress: RunProgress) {
        add("baton_paused", "gauge", "1 while nothing is sent, by who keeps it from that.")
        sample("baton_paused", ["by": "operator"], progress.pause.askedBy == nil ? 0 : 1)
        sample("baton_paused", ["by": "window"], progress.pause.opensAt == nil ? 0 : 1)
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        add(name, "gauge", help)
        sample(name, [:], value)
    }

    private mutating func add(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    /// No value of ours needs escaping: ids, our own words and figures.
    private mutating func sample(_ name: String, _ labels: [String: String], _ value: some Numeric)
    {
        let all = labels.sorted { $0.key < $1.key }.map { ",\($0.key)=\"\($0.value)\"" }.joined()
        text += "\(name){job=\"\(job)\"\(all)} \(value)\n"
    }
}
