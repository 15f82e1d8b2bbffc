import TransferCore
import TransferLedger

/// What the template of a job's page names.
struct JobContent {
    let page: PageFrame
    let id: String
    let input: String
    let headline: Headline
    let state: String
    let totals: PageContent.TotalsPart
    let isWorking: Bool
    let working: [Figure]
    let runs: [PageContent.RunPart]
    let events: [PageContent.EventPart]
    let files: [String]
    let at: String

    /// A figure that the script keeps up to date, by its name.
    struct Figure {
        let name: String
        let term: String
        let value: String
    }

    init(_ standing: JobStanding, _ events: [RunEvent], _ files: [String], _ page: PageFrame) {
        self.page = page
        id = standing.job.id.text
        input = standing.job.input.name
        headline = Headline(standing.totals)
        state = standing.stateWords
        totals = PageContent.TotalsPart(standing.totals, inputRows: standing.job.rows)
        isWorking = standing.working != nil
        working = Self.figures(standing)
        runs = standing.runs.enumerated().suffix(SummaryPage.listMax).reversed().map {
            PageContent.RunPart(
                number: $0.offset + 1, $0.element,
                endless: $0.element.number == standing.working?.number
                    ? "at work" : "without an end: it was killed")
        }
        self.events = events.map(PageContent.EventPart.init)
        self.files = files
        at = standing.at.words
    }

    private static func figures(_ standing: JobStanding) -> [Figure] {
        let state = standing.state
        let left = state?.timeLeft?.endsAt.map { max($0 - standing.at, .zero).words }
        return [
            Figure(
                name: "rate", term: "Rows a second",
                value: state?.rowsPerSecond?.figure ?? unknown),
            Figure(
                name: "aim", term: "Aiming at",
                value: state.map { "\($0.rate.figure) calls/s" } ?? unknown),
            Figure(
                name: "throttled", term: "Throttled",
                value: state.map { "\($0.throttled.words) of \($0.calls.words)" } ?? unknown),
            Figure(
                name: "flight", term: "In flight", value: state.map(\.inFlight.words) ?? unknown),
            Figure(
                name: "left", term: "Time left",
                value: state?.pause.askedBy == nil ? left ?? unknown : unknown),
        ]
    }

    /// What stands where a run has not said anything yet.
    private static let unknown = "–"
}

extension JobStanding {
    /// What is going on with the job, for people; the script of its page says the same.
    var stateWords: String {
        let left = "\(totals[.pending].words("row", "rows")) to go"
        switch phase {
        case .atWork: return "at work"
        case .paused:
            guard let askedBy = state?.pause.askedBy else {
                return "waiting until \(state?.pause.opensAt?.toTheSecond ?? "its window opens")"
            }
            return "paused by \(askedBy)"
        case .held: return "held by a process that has not begun to send"
        case .reconciling: return phase.rawValue
        case .stopped: return "stopped, \(left)"
        case .finished: return "finished"
        }
    }
}
