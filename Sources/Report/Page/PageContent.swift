import TransferCore
import TransferLedger

/// What the templates name: the values of the page but for its rows, as they are shown.
struct PageContent {
    let style: String
    let script: String
    /// Permits the page's own style sheet and script alone: an input cannot hold its own digest.
    let nonce: String
    let headline: Headline
    let jobID: String
    let inputName: String
    let summary: String
    let isUnfinished: Bool
    let totals: TotalsPart
    let causes: [CausePart]
    let hasRows: Bool
    let rowsNote: String
    let staticRowsNote: String
    let resultsNote: String
    let destinations: [DestinationPart]
    let destinationsNote: String?
    let chart: ThroughputChart?
    let paces: [FactPart]
    let calls: [CallPart]
    let latency: LatencyChart?
    let strip: TimelineStrip?
    let runs: [RunPart]
    let runsNote: String?
    let events: [EventPart]
    let eventsNote: String?
    let provenance: [FactPart]
    let resultsWords: String
    let generatedAt: String
    let version: String

    /// - Parameter rows: how many of those that need a person stand in the page.
    init(
        _ figures: JobFigures, _ options: ReportOptions, rows: Int, templates: PageTemplates
    ) {
        let job = figures.job
        style = PageTemplates.style
        script = templates.script
        nonce = job.id.text + job.input.sha256
        headline = Headline(figures.totals)
        jobID = job.id.text
        inputName = job.input.name
        summary = Self.summary(figures)
        isUnfinished = figures.totals[.pending] > 0
        totals = TotalsPart(figures.totals, counted: figures.counted, inputRows: job.rows)
        causes = Array(CausePart.all(figures).prefix(SummaryPage.listMax))
        hasRows = figures.totals.amiss > 0
        resultsWords = options.resultsWords
        resultsNote = options.resultsSentence
        rowsNote =
            Self.rowsNote(rows, of: figures.totals.amiss) + " " + options.resultsSentence
        staticRowsNote = Self.staticRowsNote(rows)
        destinations = figures.destinations.prefix(SummaryPage.listMax).map {
            DestinationPart($0, largest: figures.destinations.first?.rows ?? 0)
        }
        destinationsNote = Self.note(figures.destinations.count, "destinations", "summary.json")
        chart = ThroughputChart(figures.timeline, rates: figures.rates)
        paces = FactPart.paces(figures)
        calls = RowOperation.allCases.compactMap { operation in
            figures.calls.counts[operation].map { CallPart(operation, $0) }
        }
        latency = LatencyChart(figures.calls)
        strip = TimelineStrip(figures)
        runs = figures.runs.enumerated().suffix(SummaryPage.listMax).map {
            RunPart(number: $0.offset + 1, $0.element)
        }
        runsNote =
            figures.runs.count > SummaryPage.listMax
            ? "The last \(SummaryPage.listMax.words) of \(figures.runs.count.words) runs stand "
                + "here. All of them are in summary.json." : nil
        (events, eventsNote) = EventPart.all(figures.events)
        provenance = FactPart.provenance(figures)
        generatedAt = options.generatedAt.words
        version = options.version
    }

    /// From when to when, and how fast.
    private static func summary(_ figures: JobFigures) -> String {
        let stretches = figures.timeline.stretches
        guard let first = stretches.first?.start, let last = stretches.last?.end else {
            return "No call has been made."
        }
        let until = first.day == last.day ? last.clock(withSeconds: true) : last.words
        let active = figures.timeline.activity.active.words
        let pauses = figures.timeline.activity.pauseCount
        let paused = pauses > 0 ? " and \(pauses.words("pause", "pauses"))" : ""
        let rate = figures.transferredPerSecond.map { ", \($0.figure) contacts a second" } ?? ""
        return "From \(first.words) to \(until) UTC: \(active) of calls\(paused)\(rate)."
    }

    private static func rowsNote(_ shown: Int, of amiss: Int) -> String {
        shown < amiss
            ? "The first \(shown.words) of \(amiss.words) rows stand here; the other "
                + "\((amiss - shown).words) are in the ledger, and in a results.csv of all rows."
            : ""
    }

    private static func staticRowsNote(_ rows: Int) -> String {
        rows > SummaryPage.staticRowsMax
            ? "The first \(SummaryPage.staticRowsMax) stand here, since scripts are off in this "
                + "browser. With scripts the page shows \(rows.words), and sorts and filters them."
            : "Scripts are off in this browser. With them the page sorts and filters the rows."
    }

    private static func note(_ count: Int, _ things: String, _ file: String) -> String? {
        guard count > SummaryPage.listMax else { return nil }
        return "\(SummaryPage.listMax.words) of \(count.words) \(things) stand here. "
            + "All of them are in \(file)."
    }
}

extension ReportOptions {
    /// What `results.csv` holds.
    var resultsWords: String {
        guard let only else { return "every row with its outcome" }
        return "the rows that are \(only.words), with their outcomes"
    }

    var resultsSentence: String {
        guard let only else { return "Every row of the input is in results.csv." }
        return "results.csv holds only the rows that are \(only.words), as --only asked."
    }
}

extension Set<Outcome> {
    /// `failed or uncertain`, in the order of the totals.
    fileprivate var words: String {
        let names = Outcome.allCases.filter(contains).map(\.rawValue)
        guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}
