import TransferCore
import TransferLedger

/// What happened when, in buckets of equal width; time in which nothing happened has none.
///
/// Buckets begin at whole multiples of their width since 1970. There are never more than
/// ``bucketsMax``: with more, the width grows, so that memory does not grow with rows or calls.
struct Timeline {
    /// Milliseconds.
    private(set) var width = widths[0]
    private var buckets: [Int64: Bucket] = [:]
    /// The time of work and the pauses, which no width of the buckets changes.
    private(set) var activity = Activity()

    /// What happened in one stretch of time.
    struct Bucket {
        var transferred = 0
        /// All calls, throttled ones included.
        var calls = 0
        var throttled = 0
        fileprivate(set) var first = Int64.max
        fileprivate(set) var last = Int64.min
    }

    /// Each divides the next, so that buckets can be merged; beyond the last they double.
    private static let widths: [Int64] = [
        100, 500, 1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
    ]
    private static let bucketsMax = 4096
    /// Bars that can be told from each other in a chart.
    static let shownMax = 120
    /// Fewer than these are not merged for the sake of fuller ones.
    private static let shownMin = 24
    /// A bucket of less than this shows the rhythm of single calls, not a rate.
    private static let transferredPerBucketMin = 4
    /// Without a call for so long, a chart shows a pause.
    private static let pauseMin: Int64 = 60_000

    /// Takes a transferred row.
    mutating func addTransferred(at moment: Timestamp) {
        add(Bucket(transferred: 1, first: moment.milliseconds, last: moment.milliseconds))
    }

    /// Takes a call.
    mutating func add(_ call: CallSummary) {
        add(
            Bucket(
                calls: 1, throttled: call.isThrottled ? 1 : 0,
                first: (call.finishedAt - call.duration).milliseconds,
                last: call.finishedAt.milliseconds))
    }

    /// Merges buckets until a chart can show them, each with enough in it to speak of a rate.
    mutating func coarsenToShow() {
        while true {
            let slots = stretches.reduce(0) { $0 + $1.slots }
            let transferred = buckets.values.reduce(0) { $0 + $1.transferred }
            let isSparse = transferred < slots * Self.transferredPerBucketMin
            guard slots > Self.shownMax || (isSparse && slots > Self.shownMin) else { return }
            coarsen()
        }
    }

    /// What a chart shows side by side: buckets, divided by the pauses that their width lets see.
    var stretches: [Stretch] {
        var stretches: [Stretch] = []
        var last = Int64.min
        for (index, bucket) in buckets.sorted(by: { $0.key < $1.key }) {
            if stretches.isEmpty || bucket.first - last > Self.pauseMin {
                stretches.append(Stretch(width: width, buckets: []))
            }
            stretches[stretches.count - 1].buckets.append((index, bucket))
            last = max(last, bucket.last)
        }
        return stretches
    }

    private mutating func add(_ bucket: Bucket) {
        activity.add(from: bucket.first, to: bucket.last)
        let index = bucket.last.dividedDown(by: width)
        buckets[index, default: Bucket()].merge(bucket)
        if buckets.count > Self.bucketsMax { coarsen() }
    }

    private mutating func coarsen() {
        let wider = Self.widths.first { $0 > width } ?? width * 2
        let factor = wider / width
        var merged: [Int64: Bucket] = [:]
        for (index, bucket) in buckets {
            merged[index.dividedDown(by: factor), default: Bucket()].merge(bucket)
        }
        buckets = merged
        width = wider
    }
}

extension Timeline {
    /// A stretch of time without a pause; it has at least one bucket.
    struct Stretch {
        /// Milliseconds.
        fileprivate let width: Int64
        /// By the number of widths since 1970, ascending; those in which nothing happened are absent.
        fileprivate(set) var buckets: [(index: Int64, bucket: Bucket)]

        /// The first call's start.
        var start: Timestamp { Timestamp(milliseconds: buckets.map(\.bucket.first).min() ?? 0) }
        /// The last call's end.
        var end: Timestamp { Timestamp(milliseconds: buckets.map(\.bucket.last).max() ?? 0) }
        /// The first bucket's number.
        var firstIndex: Int64 { buckets.first?.index ?? 0 }
        /// Buckets from the first to the last, those included in which nothing happened.
        var slots: Int { Int((buckets.last?.index ?? 0) - firstIndex) + 1 }

        /// When the bucket with this number begins.
        func start(of index: Int64) -> Timestamp { Timestamp(milliseconds: index * width) }
    }
}

extension Timeline.Bucket {
    fileprivate mutating func merge(_ other: Self) {
        transferred += other.transferred
        calls += other.calls
        throttled += other.throttled
        first = min(first, other.first)
        last = max(last, other.last)
    }
}

extension Int64 {
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
