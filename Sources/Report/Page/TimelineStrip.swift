import TransferCore
import TransferLedger

/// The job's life on one line: runs as bars, pauses in them, and events as marks.
///
/// Time is to scale, from the first run's start to the last one's end. Lengths are in the units of
/// the drawing's view box.
struct TimelineStrip {
    let width = Self.width.rounded(toPlaces: 0)
    let height = Self.height.rounded(toPlaces: 0)
    let description: String
    private(set) var runs: [ChartBar] = []
    private(set) var pauses: [ChartBar] = []
    private(set) var marks: [ChartMark] = []
    private(set) var times: [ChartMark] = []

    private static let width = 760.0
    private static let height = 66.0
    private static let left = 8.0
    private static let right = 752.0
    private static let barTop = 16.0
    private static let barHeight = 22.0
    /// What can still be seen.
    private static let barWidthMin = 2.0
    private static let marksApart = 2.0
    private static let timesCount = 6

    /// Nil where the job was not run.
    init?(_ figures: JobFigures) {
        let spans = Self.spans(of: figures)
        guard let start = spans.first?.start, let end = spans.map(\.end).max() else { return nil }
        let unit = (Self.right - Self.left) / Double(max(1, end.milliseconds - start.milliseconds))
        func x(_ moment: Timestamp) -> Double {
            let at = Self.left + Double(moment.milliseconds - start.milliseconds) * unit
            return min(max(at, Self.left), Self.right)
        }
        func bar(_ span: Span) -> ChartBar {
            ChartBar(
                x: x(span.start).rounded(toPlaces: 1), y: Self.barTop.rounded(toPlaces: 0),
                width: max(x(span.end) - x(span.start), Self.barWidthMin).rounded(toPlaces: 1),
                height: Self.barHeight.rounded(toPlaces: 0))
        }
        let pausing = Self.pauses(of: figures, until: end)
        description =
            "\(spans.count.words("run", "runs")) from \(start.words) to \(end.words) UTC"
            + (pausing.isEmpty ? "." : ", with \(pausing.count.words("pause", "pauses")).")
        runs = spans.map(bar)
        pauses = pausing.map(bar)
        var last = -Double.infinity
        for event in figures.events where event.at >= start && event.at <= end {
            let at = x(event.at)
            guard at - last >= Self.marksApart else { continue }
            marks.append(ChartMark(event.kind, at: at, anchor: "middle"))
            last = at
        }
        let isLong = start.day != end.day
        for index in 0...Self.timesCount {
            let share = Double(index) / Double(Self.timesCount)
            let moment = Timestamp(
                milliseconds: start.milliseconds
                    + Int64(Double(end.milliseconds - start.milliseconds) * share))
            let text =
                isLong
                ? "\(moment.day.dropFirst(5)) \(moment.clock(withSeconds: false))"
                : moment.clock(withSeconds: end - start < .seconds(3600))
            times.append(
                ChartMark(
                    text, at: x(moment),
                    anchor: index == 0 ? "start" : index == Self.timesCount ? "end" : "middle"))
        }
    }

    private struct Span {
        var start: Timestamp
        var end: Timestamp
    }

    /// The runs; one that was killed ends with the last of its calls.
    private static func spans(of figures: JobFigures) -> [Span] {
        figures.runs.enumerated().map { index, run in
            let next = index + 1 < figures.runs.count ? figures.runs[index + 1].startedAt : nil
            // Of a span that goes on with the next run, up to where that begins.
            let last = figures.timeline.activity.spans
                .last { span in next.map { span.first <= $0.milliseconds } ?? true }
                .map { span in
                    min(Timestamp(milliseconds: span.last), next ?? .init(milliseconds: .max))
                }
            return Span(
                start: run.startedAt,
                end: max(run.startedAt, run.endedAt ?? last ?? run.startedAt))
        }
    }

    /// From each pause to what ended it: somebody, the window, or the run's end.
    private static func pauses(of figures: JobFigures, until end: Timestamp) -> [Span] {
        var pauses: [Span] = []
        var since: Timestamp?
        let ends = figures.runs.compactMap(\.endedAt)
        for event in figures.events {
            // A run that ended in its pause has not noted that it went on.
            if let start = since, let end = ends.first(where: { $0 >= start }), end <= event.at {
                pauses.append(Span(start: start, end: end))
                since = nil
            }
            switch event.kind {
            case RunEvent.pause: since = since ?? event.at
            case RunEvent.resume:
                if let start = since { pauses.append(Span(start: start, end: event.at)) }
                since = nil
            default: break
            }
        }
        if let start = since {
            pauses.append(Span(start: start, end: ends.first { $0 >= start } ?? end))
        }
        return pauses
    }
}
