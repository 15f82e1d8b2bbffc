import TransferCore
import TransferLedger

/// The figures of many jobs in Prometheus's text format, version 0.0.4, by the names that a run's
/// own metrics file has.
struct JobMetrics {
    /// Jobs older than this are left out, unless they are at work.
    static let ageMax = Duration.seconds(30 * 86_400)
    static let jobsMax = 100

    private(set) var text = ""

    init(_ standings: [JobStanding], at now: Timestamp) {
        add("baton_rows", "Rows of the job by outcome.", standings) { standing in
            Outcome.allCases.map { (["outcome": $0.rawValue], Double(standing.totals[$0])) }
        }
        gauge("baton_running", "1 while a process works on the job.", standings) {
            $0.working == nil ? 0 : 1
        }
        let working = standings.filter { $0.working != nil }
        add("baton_paused", "1 while nothing is sent, by who keeps it from that.", working) {
            standing in
            let pause = standing.state?.pause
            return [
                (["by": "operator"], pause?.askedBy == nil ? 0 : 1),
                (["by": "window"], pause?.opensAt == nil ? 0 : 1),
            ]
        }
        gauge("baton_calls_in_flight", "Calls under way.", working) {
            ($0.state?.inFlight).map(Double.init)
        }
        gauge(
            "baton_target_calls_per_second", "TransferContact calls a second that are aimed at.",
            working
        ) { $0.state?.rate }
        gauge("baton_rows_per_second", "Rows done a second in the last minute.", working) {
            $0.state?.rowsPerSecond
        }
        gauge(
            "baton_time_left_seconds",
            "Time until the last row is done, as far as can be told.", working
        ) { standing in
            standing.state?.timeLeft?.endsAt.map { max(0, ($0 - now).seconds) }
        }
    }

    private mutating func gauge(
        _ name: String, _ help: String, _ standings: [JobStanding],
        _ value: (JobStanding) -> Double?
    ) {
        add(name, help, standings) { standing in value(standing).map { [([:], $0)] } ?? [] }
    }

    /// No value of ours needs escaping: ids, our own words and figures.
    private mutating func add(
        _ name: String, _ help: String, _ standings: [JobStanding],
        _ samples: (JobStanding) -> [(labels: [String: String], value: Double)]
    ) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
        for standing in standings {
            for (labels, value) in samples(standing) {
                let all = labels.map { ",\($0)=\"\($1)\"" }.joined()
                text += "\(name){job=\"\(standing.job.id)\"\(all)} \(value)\n"
            }
        }
    }
}
