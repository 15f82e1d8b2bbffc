import TransferCore
import TransferLedger

/// What the templates name: the values of the page but for its rows, as they are shown.
struct PageContent {
    let style: String
    /// Permits the page's own style sheet alone: an input cannot hold its own digest.
    let nonce: String
    let headline: Headline
    let jobID: String
    let summary: String
    let isUnfinished: Bool
    let totals: TotalsPart
    let causes: [CausePart]
    let destinations: [DestinationPart]
    let destinationsNote: String?
    let chart: ThroughputChart?
    let paces: [FactPart]
    let calls: [CallPart]
    let runs: [RunPart]
    let events: [EventPart]
    let eventsNote: String?
    let rowsNote: String?
    let hasRows: Bool
    let provenance: [FactPart]
    let generatedAt: String
    let version: String

    init(_ figures: JobFigures, _ options: ReportOptions, style: String) {
        let job = figures.job
        self.style = style
        nonce = job.id.text + job.input.sha256
        headline = Headline(figures.totals)
        jobID = job.id.text
        summary = Self.summary(figures)
        isUnfinished = figures.totals[.pending] > 0
        totals = TotalsPart(figures)
        causes = CausePart.all(figures)
        destinations = figures.destinations.prefix(SummaryPage.listMax).map(DestinationPart.init)
        destinationsNote = Self.note(figures.destinations.count, "destinations", "summary.json")
        chart = ThroughputChart(figures.timeline)
        paces = FactPart.paces(figures)
        calls = RowOperation.allCases.compactMap { operation in
            figures.calls.counts[operation].map { CallPart(operation, $0) }
        }
        runs = figures.runs.enumerated().map { RunPart(number: $0.offset + 1, $0.element) }
        events = figures.events.prefix(SummaryPage.listMax).map(EventPart.init)
        eventsNote = Self.note(figures.events.count, "events", nil)
        hasRows = figures.totals.amiss > 0
        rowsNote = Self.rowsNote(figures.totals.amiss)
        provenance = FactPart.provenance(job, figures.chain)
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

    private static func rowsNote(_ amiss: Int) -> String? {
        guard amiss > SummaryPage.rowsMax else { return nil }
        return "The first \(SummaryPage.rowsMax.words) of \(amiss.words) rows stand here. "
            + "All of them are in results.csv."
    }

    private static func note(_ count: Int, _ things: String, _ file: String?) -> String? {
        guard count > SummaryPage.listMax else { return nil }
        let rest = file.map { " All of them are in \($0)." } ?? ""
        return "\(SummaryPage.listMax.words) of \(count.words) \(things) stand here.\(rest)"
    }
}
