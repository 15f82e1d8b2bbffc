/// Rows done a second, over the last minute of work.
package struct Throughput: Sendable {
    private var marks: [Mark] = []

    private struct Mark {
        var at: Instant
        var done: Int
    }

    private static let span = Duration.seconds(60)
    private static let markInterval = Duration.seconds(1)
    /// What is too little to say anything by: rows that are done come in commits, 50 ms apart.
    private static let leastSpan = Duration.seconds(5)
    private static let leastRows = 30
    /// From so long on few rows do as well.
    private static let slowSpan = Duration.seconds(30)

    package init() {}

    /// Hears how many rows are done; only that more are is worth a mark.
    package mutating func hear(done: Int, at now: Instant) {
        guard let last = marks.last else { return marks.append(Mark(at: now, done: done)) }
        guard done != last.done, last.at.duration(to: now) >= Self.markInterval else { return }
        marks.append(Mark(at: now, done: done))
        let before = now.advanced(by: .zero - Self.span)
        let kept = marks.firstIndex { $0.at >= before } ?? 0
        // The newest mark before the minute is kept, so that it is a whole one.
        marks.removeFirst(max(0, kept - 1))
    }

    /// Forgets what was heard: what is to come is not like it.
    package mutating func restart() { marks = [] }

    /// Rows a second; nil while it cannot be told.
    ///
    /// Measured from one mark to another, so that slow rows are not counted by halves; a silence
    /// since the last one counts.
    package func rowsPerSecond(done: Int, at now: Instant) -> Double? {
        guard let first = marks.first, let last = marks.last else { return nil }
        let (rows, span) = (last.done - first.done, first.at.duration(to: last.at))
        guard rows > 0 else {
            return first.at.duration(to: now) >= Self.slowSpan ? 0 : nil
        }
        guard span >= Self.slowSpan || (span >= Self.leastSpan && rows >= Self.leastRows) else {
            return nil
        }
        let sinceFirst = first.at.duration(to: now).seconds
        return min(Double(rows) / span.seconds, Double(done - first.done + 1) / sinceFirst)
    }
}
