import TransferCore

/// The throughput over time as bars: transferred rows, and throttled calls upon them; and the rate
/// that was aimed at as a line.
///
/// A pause of the job is a gap of fixed width, so that a night between two runs does not flatten
/// them. Lengths are in the units of the drawing's view box.
struct ThroughputChart {
    let width = Self.width.rounded(toPlaces: 0)
    let height = Self.height.rounded(toPlaces: 0)
    let left = Self.left.rounded(toPlaces: 0)
    let right = Self.right.rounded(toPlaces: 0)
    let bottom = Self.bottom.rounded(toPlaces: 0)
    private(set) var transferred: [ChartBar] = []
    private(set) var throttled: [ChartBar] = []
    private(set) var gridLines: [ChartMark] = []
    private(set) var times: [ChartMark] = []
    private(set) var pauses: [ChartMark] = []
    /// The path of the line, in SVG's words; empty where no rate is known.
    private(set) var quota = ""
    let hasQuota: Bool
    /// The drawing in words.
    let description: String
    let bucket: String

    private static let width = 760.0
    private static let height = 250.0
    private static let left = 46.0
    private static let right = 750.0
    private static let top = 38.0
    private static let bottom = 206.0
    private static let pauseWidthMax = 56.0
    /// What its words need.
    private static let pauseWidthMin = 48.0
    private static let pausesShareMax = 0.6
    private static let slotWidthMax = 36.0
    private static let timesApart = 76.0
    /// A step of the line that is seen.
    private static let stepMin = 0.5

    /// Nil where nothing happened.
    ///
    /// - Parameter rates: what was aimed at from each moment on, in order.
    init?(_ timeline: Timeline, rates aims: [(at: Timestamp, rate: Double)]) {
        let stretches = timeline.stretches
        guard let first = stretches.first, let last = stretches.last else { return nil }
        let seconds = Double(timeline.width) / 1000
        let rates = stretches.flatMap(\.buckets).map { $0.bucket.rates(over: seconds) }
        let peak = rates.map { $0.transferred + $0.throttled }.max() ?? 0
        let aimed = aims.last { $0.at <= first.start }.map { [$0.rate] } ?? []
        let later = aims.filter { $0.at > first.start && $0.at <= last.end }.map(\.rate)
        hasQuota = !(aimed + later).isEmpty
        let scale = Scale(upTo: max(peak, (aimed + later).max() ?? 0))
        bucket = Duration.milliseconds(timeline.width).words
        description = Self.describe(
            peak: rates.map(\.transferred).max() ?? 0,
            throttled: stretches.flatMap(\.buckets).reduce(0) { $0 + $1.bucket.throttled },
            from: first.start, to: last.end, pauses: timeline.activity.pauseCount)
        for value in scale.ticks {
            gridLines.append(
                ChartMark(
                    value.words(digits: scale.digits), at: Self.y(value, scale), anchor: "end"))
        }
        draw(stretches, seconds, scale, aims)
    }

    private mutating func draw(
        _ stretches: [Timeline.Stretch], _ seconds: Double, _ scale: Scale,
        _ aims: [(at: Timestamp, rate: Double)]
    ) {
        let slots = stretches.reduce(0) { $0 + $1.slots }
        // Of many pauses each is narrower, so that there is room for what they divide.
        let across = Self.right - Self.left
        let pauseCount = Double(stretches.count - 1)
        let pauseWidth = min(Self.pauseWidthMax, across * Self.pausesShareMax / max(pauseCount, 1))
        let room = across - pauseCount * pauseWidth
        let slot = min(room / Double(slots), Self.slotWidthMax)
        var x = Self.left
        var earlier: Timestamp?
        var timeFrom = Self.left
        for stretch in stretches {
            if let earlier {
                if pauseWidth >= Self.pauseWidthMin {
                    mark(pauseOf: stretch.start - earlier, at: x + pauseWidth / 2)
                }
                x += pauseWidth
            }
            mark(timesOf: stretch, at: x, slot: slot, from: &timeFrom, withSeconds: seconds < 60)
            for (index, bucket) in stretch.buckets {
                let at = x + Double(index - stretch.firstIndex) * slot
                add(bucket.rates(over: seconds), at: at, slot: slot, scale)
            }
            addQuota(aims, of: stretch, at: x, slotsPerMillisecond: slot / seconds / 1000, scale)
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
        func bar(_ base: Double, _ height: Double) -> ChartBar {
            ChartBar(
                x: (x + gap / 2).rounded(toPlaces: 2),
                y: (Self.bottom - base - height).rounded(toPlaces: 2),
                width: (slot - gap).rounded(toPlaces: 2), height: height.rounded(toPlaces: 2))
        }
        if lower > 0 { transferred.append(bar(0, lower)) }
        if upper > 0 { throttled.append(bar(lower, upper)) }
    }

    /// Adds the line over a stretch: a step at each change that can be told from the one before.
    private mutating func addQuota(
        _ aims: [(at: Timestamp, rate: Double)], of stretch: Timeline.Stretch, at x: Double,
        slotsPerMillisecond unit: Double, _ scale: Scale
    ) {
        let start = stretch.start(of: stretch.firstIndex)
        func place(_ moment: Timestamp) -> Double {
            x + Double(moment.milliseconds - start.milliseconds) * unit
        }
        func coordinate(_ value: Double) -> String { value.rounded(toPlaces: 1) }
        var last: Double?
        if let aim = aims.last(where: { $0.at <= stretch.start }) {
            quota += "M\(coordinate(x)) \(coordinate(Self.y(aim.rate, scale)))"
            last = x
        }
        for aim in aims where aim.at > stretch.start && aim.at <= stretch.end {
            let (across, down) = (place(aim.at), coordinate(Self.y(aim.rate, scale)))
            guard let before = last else {
                quota += "M\(coordinate(across)) \(down)"
                last = across
                continue
            }
            guard across - before >= Self.stepMin else { continue }
            quota += "H\(coordinate(across))V\(down)"
            last = across
        }
        if last != nil { quota += "H\(coordinate(place(stretch.end)))" }
    }

    private mutating func mark(pauseOf pause: Duration, at x: Double) {
        pauses.append(ChartMark(pause.words, at: x, anchor: "middle"))
    }

    /// Marks times that do not run into each other.
    private mutating func mark(
        timesOf stretch: Timeline.Stretch, at x: Double, slot: Double, from: inout Double,
        withSeconds: Bool
    ) {
        for index in 0..<stretch.slots {
            let at = x + Double(index) * slot
            guard at >= from, at <= Self.right - Self.timesApart / 4 else { continue }
            let moment = stretch.start(of: stretch.firstIndex + Int64(index))
            times.append(
                ChartMark(moment.clock(withSeconds: withSeconds), at: at, anchor: "start"))
            from = at + Self.timesApart
        }
    }

    private static func y(_ value: Double, _ scale: Scale) -> Double {
        bottom - value / scale.top * (bottom - top)
    }

    private static func describe(
        peak: Double, throttled: Int, from: Timestamp, to: Timestamp, pauses: Int
    ) -> String {
        let paused = pauses > 0 ? ", with \(pauses.words("pause", "pauses"))" : ""
        return "From \(from.words) to \(to.words) UTC\(paused). At most \(peak.figure) contacts a "
            + "second were transferred; \(throttled.words("call was", "calls were")) throttled."
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
