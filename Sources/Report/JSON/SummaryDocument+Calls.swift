import TransferCore

extension SummaryDocument {
    struct CallPart: Encodable {
        var operation: String
        var total: Int
        var throttled: Int
        var succeeded: Int
        var failed: Int

        init(_ operation: RowOperation, _ count: CallFigures.Count) {
            self.operation = operation.rawValue
            total = count.total
            throttled = count.throttled
            succeeded = count.succeeded
            failed = count.failed
        }
    }

    struct LatencyPart: Encodable {
        var operation = RowOperation.transferContact.rawValue
        var calls: Int
        var p50Milliseconds: Double
        var p90Milliseconds: Double
        var p99Milliseconds: Double
        var p999Milliseconds: Double
        var maxMilliseconds: Double

        init(_ latency: Latency) {
            calls = latency.calls
            p50Milliseconds = latency.p50
            p90Milliseconds = latency.p90
            p99Milliseconds = latency.p99
            p999Milliseconds = latency.p999
            maxMilliseconds = latency.max
        }
    }

    struct ThroughputPart: Encodable {
        var transferredPerSecond: Double
        /// The time in which calls were made: without pauses of more than a minute.
        var activeSeconds: Double
    }

    struct TimelinePart: Encodable {
        var bucketSeconds: Double
        var buckets: [BucketPart]

        init(_ timeline: Timeline) {
            bucketSeconds = Double(timeline.width) / 1000
            buckets = timeline.stretches.flatMap { stretch in
                stretch.buckets.map { BucketPart($0.bucket, start: stretch.start(of: $0.index)) }
            }
        }
    }

    struct BucketPart: Encodable {
        var start: String
        var transferred: Int
        var calls: Int
        var throttled: Int

        init(_ bucket: Timeline.Bucket, start: Timestamp) {
            self.start = start.iso8601
            transferred = bucket.transferred
            calls = bucket.calls
            throttled = bucket.throttled
        }
    }
}
