package import TransferCore

/// How many calls of each operation came to what, and how long they took.
package struct CallMetrics: Hashable, Sendable {
    /// What a call came to.
    package enum Result: String, Hashable, Sendable, CaseIterable {
        case ok, throttled, refused, fault
        /// Answered with something that cannot be read, or with a conflict.
        case unclear
        case noAnswer = "no_answer"
    }

    /// Calls of one operation.
    package struct Tally: Hashable, Sendable {
        /// By the place of each result among all.
        private var counts = [Int](repeating: 0, count: Result.allCases.count)
        package fileprivate(set) var latency = LatencyHistogram()

        package fileprivate(set) subscript(result: Result) -> Int {
            get { counts[result.place] }
            set { counts[result.place] = newValue }
        }
    }

    private var tallies = PerOperation(repeating: Tally())

    package subscript(operation: RowOperation) -> Tally { tallies[operation] }

    package init() {}

    mutating func count(_ answer: CallAnswer) {
        tallies[answer.call.operation][Result(answer.failure)] += 1
        tallies[answer.call.operation].latency.add(answer.duration)
    }

    /// Calls that were answered and not throttled.
    func admitted(_ operation: RowOperation) -> Int {
        Result.allCases.reduce(0) { $0 + ($1 == .throttled ? 0 : self[operation][$1]) }
    }
}

/// Durations in buckets with fixed bounds: those that Prometheus's own clients use.
package struct LatencyHistogram: Hashable, Sendable {
    /// Upper bounds in seconds, each included.
    package static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// Of each bucket alone; the last is of what is above all bounds.
    package private(set) var counts = [Int](repeating: 0, count: Self.bounds.count + 1)
    package private(set) var sum = Duration.zero

    package init() {}

    package mutating func add(_ duration: Duration) {
        let index = Self.bounds.firstIndex { duration.seconds <= $0 } ?? Self.bounds.count
        counts[index] += 1
        sum += duration
    }
}

extension CallMetrics.Result {
    /// Among all cases.
    fileprivate var place: Int {
        switch self {
        case .ok: 0
        case .throttled: 1
        case .refused: 2
        case .fault: 3
        case .unclear: 4
        case .noAnswer: 5
        }
    }

    init(_ failure: TransferFailure?) {
        self =
            switch failure?.advice {
            case nil: .ok
            case .throttled: .throttled
            case .retry: failure?.httpStatus == nil ? .noAnswer : .fault
            case .permanent, .accessDenied, .credentials: .refused
            case .lookUp: .unclear
            }
    }
}
