import TransferCore

/// When a job was at work: stretches of time, divided by pauses.
///
/// Apart from the buckets of a chart, whose width grows: within a bucket a pause is not to be seen.
struct Activity {
    /// In order; between two of them is more than ``pauseMin``.
    private(set) var spans: [Span] = []
    /// Without a call for longer, the job paused. Milliseconds.
    private var pauseMin = pauseMinAtFirst

    /// From the first call's start to the last call's end. Milliseconds since 1970.
    struct Span {
        var first: Int64
        var last: Int64
    }

    /// A minute.
    private static let pauseMinAtFirst: Int64 = 60_000
    /// With more, shorter pauses no longer count: memory does not grow with the job.
    private static let spansMax = 4096

    /// Takes a stretch of time in which something happened, in any order.
    mutating func add(from first: Int64, to last: Int64) {
        // All spans from `lower` to before `upper` are too near to be apart from the new one.
        let lower = firstIndex { $0.last >= first - pauseMin }
        let upper = firstIndex { $0.first > last + pauseMin }
        var span = Span(first: first, last: last)
        if lower < upper {
            span.first = min(first, spans[lower].first)
            span.last = max(last, spans[upper - 1].last)
        }
        spans.replaceSubrange(lower..<upper, with: [span])
        while spans.count > Self.spansMax { forgetShortPauses() }
    }

    /// The time without the pauses.
    var active: Duration {
        .milliseconds(spans.reduce(0) { $0 + $1.last - $1.first })
    }

    var pauseCount: Int { max(0, spans.count - 1) }

    /// The first span for which a condition holds that holds for all after it.
    private func firstIndex(where isReached: (Span) -> Bool) -> Int {
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if isReached(spans[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private mutating func forgetShortPauses() {
        pauseMin *= 2
        let all = spans
        spans = []
        for span in all {
            if let last = spans.last?.last, span.first - last <= pauseMin {
                spans[spans.count - 1].last = span.last
            } else {
                spans.append(span)
            }
        }
    }
}
