/// The vertical axis: from 0 to a round number.
struct Scale {
    let top: Double
    let ticks: [Double]
    /// Digits after the point that the ticks need.
    let digits: Int

    private static let factors = (0..<60).map { [2, 2.5, 2][$0 % 3] }

    init(upTo value: Double) {
        let value = max(value, 0.1)
        var step = 0.01
        // 1, 2, 5, 10, …: the first that needs no more than five steps.
        for factor in Self.factors where step * 5 < value { step *= factor }
        let count = (value / step).rounded(.up)
        top = step * count
        ticks = (0...Int(count)).map { Double($0) * step }
        digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2
    }
}

/// A rectangle of a drawing, in the units of its view box.
struct ChartBar {
    let x: String
    let y: String
    let width: String
    let height: String
}

/// A text at a place of a drawing.
struct ChartMark {
    let at: String
    let textAt: String
    let text: String
    let anchor: String

    /// - Parameter at: in the units of the drawing's view box.
    init(_ text: String, at place: Double, anchor: String) {
        at = place.rounded(toPlaces: 1)
        textAt = at
        self.text = text
        self.anchor = anchor
    }
}
