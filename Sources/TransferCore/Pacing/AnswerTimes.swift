/// How long answers take, and how much that varies: smoothed as TCP does it (RFC 6298).
struct AnswerTimes: Sendable {
    /// Seconds; nil before the first answer.
    private(set) var mean: Double?
    /// Mean deviation, in seconds.
    private(set) var deviation = 0.0

    mutating func heard(after seconds: Double) {
        guard let mean else {
            mean = seconds
            return
        }
        deviation += (abs(seconds - mean) - deviation) / 16
        self.mean = mean + (seconds - mean) / 16
    }
}
