import TransferCore

/// How long transfers took, as a curve over the percentiles.
///
/// Across, each step to the right leaves a tenth as many calls slower: 90 %, 99 %, 99.9 %. So the
/// few slow ones, on which a run waits, are seen. Lengths are in the units of the view box.
struct LatencyChart {
    let figures: [PageContent.FactPart]
    let calls: String
    let description: String
    let width = Self.width.rounded(toPlaces: 0)
    let height = Self.height.rounded(toPlaces: 0)
    let left = Self.left.rounded(toPlaces: 0)
    let right = Self.right.rounded(toPlaces: 0)
    let bottom = Self.bottom.rounded(toPlaces: 0)
    let tickBottom = (Self.bottom + 5).rounded(toPlaces: 0)
    let textBottom = (Self.bottom + 18).rounded(toPlaces: 0)
    let gridLines: [ChartMark]
    let percents: [ChartMark]
    /// The curve's path, in SVG's words, and that of what is below it.
    let curve: String
    let area: String

    private static let width = 760.0
    private static let height = 200.0
    private static let left = 46.0
    private static let right = 740.0
    private static let top = 12.0
    private static let bottom = 168.0

    /// Nil where no transfer was answered.
    init?(_ calls: CallFigures) {
        guard let latency = calls.latency else { return nil }
        let times = [
            ("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99),
            ("p99.9", latency.p999), ("Slowest", latency.max),
        ]
        figures = times.map { PageContent.FactPart($0, "\($1.figure) ms") }
        self.calls = latency.calls.words
        description =
            times.map { "\($0): \($1.figure) ms" }.joined(separator: ", ") + "."

        let scale = Scale(upTo: latency.max)
        func y(_ time: Double) -> Double {
            Self.bottom - time / scale.top * (Self.bottom - Self.top)
        }
        gridLines = scale.ticks.map {
            ChartMark($0.words(digits: scale.digits), at: y($0), anchor: "end")
        }
        // As many nines as there are calls to fill them with.
        var decades = 1
        while decades < 6, latency.calls >= Int(scaleOfTen: decades + 1) { decades += 1 }
        let unit = (Self.right - Self.left) / Double(decades)
        percents = (0...decades).map { nines in
            let text = nines == decades ? "slowest" : Self.percent(nines: nines)
            return ChartMark(
                text, at: Self.left + Double(nines) * unit,
                anchor: nines == 0 ? "start" : nines == decades ? "end" : "middle")
        }
        let points = calls.curve(decades: decades).map { decade, time in
            let (across, down) = (Self.left + decade * unit, y(time))
            return "\(across.rounded(toPlaces: 1)) \(down.rounded(toPlaces: 1))"
        }
        curve = "M" + points.joined(separator: "L")
        area = curve + "V\(bottom)H\(left)Z"
    }

    /// `0 %`, `90 %`, `99 %`, `99.9 %`.
    private static func percent(nines: Int) -> String {
        switch nines {
        case 0: "0 %"
        case 1: "90 %"
        case 2: "99 %"
        default: "99." + String(repeating: "9", count: nines - 2) + " %"
        }
    }
}

extension Int {
    /// A power of ten.
    fileprivate init(scaleOfTen exponent: Int) {
        self = (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
