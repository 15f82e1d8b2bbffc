import TransferCore

/// The throughput over time as bars: transferred rows, and throttled calls upon them.
///
/// A pause of the job is a gap of fixed width, so that a night between two runs does not flatten
/// them. Lengths are in the units of the drawing's view box.
struct ThroughputChart {
    let width = Self.width.rounded(toPlaces: 0)
    let height = Self.height.rounded(toPlaces: 0)
    let left = Self.left.rounded(toPlaces: 0)
    let right = Self.right.rounded(toPlaces: 0)
    let bottom = Self.bottom.rounded(toPlaces: 0)
    private(set) var transferred: [Bar] = []
    private(set) var throttled: [Bar] = []
    private(set) var gridLines: [Mark] = []
    private(set) var times: [Mark] = []
    private(set) var pauses: [Mark] = []
    /// The drawing in words.
    let description: String
    let bucket: String

    struct Bar {
        let x: String
        let y: String
        let width: String
        let height: String
    }

    /// A text at a place.
    struct Mark {
        let at: String
        let textAt: String
        let text: String
        let anchor: String
    }

    private static let width = 760.0
    private static let height = 250.0
    private static let left = 46.0
    private static let right = 750.0
    private static let top = 38.0
    private static let bottom = 206.0
    private static let pauseWidth = 56.0
    private static let slotWidthMax = 36.0
    private static let timesApart = 76.0

    /// Nil where nothing happened.
    init?(_ timeline: Timeline) {
        let stretches = timeline.stretches
        guard let first = stretches.first, let last = stretches.last else { return nil }
        let seconds = Double(timeline.width) / 1000
        let rates = stretches.flatMap(\.buckets).map { $0.bucket.rates(over: seconds) }
        let scale = Scale(upTo: rates.map { $0.transferred + $0.throttled }.max() ?? 0)
        bucket = Duration.milliseconds(timeline.width).words
        description = Self.describe(
            peak: rates.map(\.transferred).max() ?? 0,
            throttled: stretches.flatMap(\.buckets).reduce(0) { $0 + $1.bucket.throttled },
            from: first.start, to: last.end, pauses: timeline.activity.pauseCount)
        for value in scale.ticks {
            let y = Self.y(value, scale)
            gridLines.append(
                Mark(at: y, textAt: y, text: value.words(digits: scale.digits), anchor: "end"))
        }
        draw(stretches, seconds, scale)
    }

    private mutating func draw(
        _ stretches: [Timeline.Stretch], _ seconds: Double, _ scale: Scale
    ) {
        let slots = stretches.reduce(0) { $0 + $1.slots }
        let pausing = Double(stretches.count - 1) * Self.pauseWidth
        let room = max(Self.right - Self.left - pausing, Self.right / 4)
        let slot = min(room / Double(slots), Self.slotWidthMax)
        var x = Self.left
        var earlier: Timestamp?
        var timeFrom = Self.left
        for stretch in stretches {
            if let earlier {
                mark(pauseOf: stretch.start - earlier, at: x)
                x += Self.pauseWidth
            }
            mark(timesOf: stretch, at: x, slot: slot, from: &timeFrom, withSeconds: seconds < 60)
            for (index, bucket) in stretch.buckets {
                let at = x + Double(index - stretch.firstIndex) * slot
                add(bucket.rates(over: seconds), at: at, slot: slot, scale)
            }
            x += Double(stretch.slots) * slot
            earlier = stretch.end
        }
    }

    private mutating func add(
        _ rates: Timeline.Bucket.Rates, at x: Double, slot: Double, _ scale: Scale
    ) {
        let unit = (Self.bottom - Self.top) / scale.top
        let (lower, upper) = (rates.transferred * unit, rates.throttled * unit)
        let gap = slot > 4 ? 1.0 : 0
        func bar(_ base: Double, _ height: Double) -> Bar {
            Bar(
                x: (x + gap / 2).rounded(toPlaces: 2),
                y: (Self.bottom - base - height).rounded(toPlaces: 2),
                width: (slot - gap).rounded(toPlaces: 2), height: height.rounded(toPlaces: 2))
        }
        if lower > 0 { transferred.append(bar(0, lower)) }
        if upper > 0 { throttled.append(bar(lower, upper)) }
    }

    private mutating func mark(pauseOf pause: Duration, at x: Double) {
        let middle = (x + Self.pauseWidth / 2).rounded(toPlaces: 1)
        pauses.append(Mark(at: middle, textAt: middle, text: pause.words, anchor: "middle"))
    }

    /// Marks times that do not run into each other.
    private mutating func mark(
        timesOf stretch: Timeline.Stretch, at x: Double, slot: Double, from: inout Double,
        withSeconds: Bool
    ) {
        for index in 0..<stretch.slots {
            let at = x + Double(index) * slot
            guard at >= from, at <= Self.right - Self.timesApart / 4 else { continue }
            let place = at.rounded(toPlaces: 1)
            let moment = stretch.start(of: stretch.firstIndex + Int64(index))
            let text = moment.clock(withSeconds: withSeconds)
            times.append(Mark(at: place, textAt: place, text: text, anchor: "start"))
            from = at + Self.timesApart
        }
    }

    private static func y(_ value: Double, _ scale: Scale) -> String {
        (bottom - value / scale.top * (bottom - top)).rounded(toPlaces: 1)
    }

    private static func describe(
        peak: Double, throttled: Int, from: Timestamp, to: Timestamp, pauses: Int
    ) -> String {
        let paused = pauses > 0 ? ", with \(pauses.words("pause", "pauses"))" : ""
        return "From \(from.words) to \(to.words) UTC\(paused). At most \(peak.figure) contacts a "
            + "second were transferred; \(throttled.words("call was", "calls were")) throttled."
    }
}

/// The vertical axis: from 0 to a round number.
private struct Scale {
    let top: Double
    let ticks: [Double]
    /// Digits after the point that the ticks need.
    let digits: Int

    init(upTo value: Double) {
        let value = max(value, 0.1)
        var step = 0.01
        // 1, 2, 5, 10, …: the first that needs no more than five steps.
        for factor in [2, 2.5, 2].cycled(60) where step * 5 < value { step *= factor }
        let count = (value / step).rounded(.up)
        top = step * count
        ticks = (0...Int(count)).map { Double($0) * step }
        digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2
    }
}

extension [Double] {
    fileprivate func cycled(_ count: Int) -> [Double] {
        (0..<count).map { self[$0 % self.count] }
    }
}

extension Timeline.Bucket {
    /// What happened in it, per second.
    struct Rates {
        let transferred: Double
        let throttled: Double
    }

    fileprivate func rates(over seconds: Double) -> Rates {
        Rates(transferred: Double(transferred) / seconds, throttled: Double(throttled) / seconds)
    }
}
