import Glibc
import Histogram
import TransferCore
import TransferLedger

/// How many calls were made and how long the transfers took.
struct CallFigures {
    /// The calls of one operation: `total` is the sum of the three others.
    struct Count {
        var total = 0
        var throttled = 0
        var succeeded = 0
        var failed: Int { total - throttled - succeeded }
    }

    private(set) var counts: [RowOperation: Count] = [:]
    /// Microseconds. A fixed range, so that memory is fixed too: about 200 kB.
    private var durations = Histogram<UInt64>(
        highestTrackableValue: durationMax, numberOfSignificantValueDigits: .three)

    /// An hour; a longer call counts as one of an hour.
    private static let durationMax: UInt64 = 3_600_000_000

    /// Takes a call.
    ///
    /// The latency is that of TransferContact calls that were answered and not throttled: a refusal
    /// at the door is quick and would flatter it, a lost answer has none.
    mutating func add(_ call: CallSummary) {
        counts[call.operation, default: Count()].total += 1
        if call.isThrottled { counts[call.operation]?.throttled += 1 }
        if !call.isThrottled, call.code == nil { counts[call.operation]?.succeeded += 1 }
        guard call.operation == .transferContact, !call.isThrottled, call.httpStatus != nil
        else { return }
        let microseconds = UInt64(max(0, call.duration.wholeNanoseconds / 1000))
        durations.record(min(microseconds, Self.durationMax))
    }

    /// The latency of transfers; nil where none was answered.
    var latency: Latency? {
        guard durations.totalCount > 0 else { return nil }
        return Latency(
            calls: Int(durations.totalCount), p50: milliseconds(50), p90: milliseconds(90),
            p99: milliseconds(99), p999: milliseconds(99.9),
            max: Self.milliseconds(durations.maxRecorded))
    }

    /// The times within which ever more of the transfers were answered, in milliseconds.
    ///
    /// By decades of what is left: 1 = all but a tenth, 2 = all but a hundredth, and so on.
    func curve(decades: Int) -> [(decade: Double, milliseconds: Double)] {
        let steps = Self.curveStepsPerDecade
        return (0...decades * steps).map { step in
            let decade = Double(step) / Double(steps)
            let percentile = step == decades * steps ? 100 : 100 * (1 - pow(10, -decade))
            return (decade, milliseconds(percentile))
        }
    }

    private static let curveStepsPerDecade = 20

    private func milliseconds(_ percentile: Double) -> Double {
        Self.milliseconds(
            min(durations.valueAtPercentile(percentile), durations.maxRecorded))
    }

    /// Rounded to a tenth.
    private static func milliseconds(_ microseconds: UInt64) -> Double {
        (Double(microseconds) / 100).rounded() / 10
    }
}

/// How long transfers took, in milliseconds.
struct Latency {
    var calls: Int
    var p50: Double
    var p90: Double
    var p99: Double
    var p999: Double
    var max: Double
}
