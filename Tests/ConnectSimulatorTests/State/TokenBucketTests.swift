import ConnectSimulator
import Testing

/// How many calls a quota lets through.
struct TokenBucketTests {
    @Test func `starts full and then lets through no more than the rate`() {
        var bucket = TokenBucket(.documented, at: noon)
        let atOnce = (0..<20).count { _ in bucket.admits(at: noon) }
        #expect(atOnce == 5)
        // Ten calls a second for a minute, at a rate of two a second.
        let later = (1...600).count { bucket.admits(at: noon + .milliseconds(100 * $0)) }
        #expect(later == 120)
    }

    @Test func `saves no more than the burst`() {
        var bucket = TokenBucket(.documented, at: noon)
        let morning = noon + .seconds(86_400)
        let atOnce = (0..<20).count { _ in bucket.admits(at: morning) }
        #expect(atOnce == 5)
    }

    @Test func `lets a caller through who keeps to the rate exactly`() {
        var bucket = TokenBucket(Quota(ratePerSecond: 3, burst: 1), at: noon)
        let period = 333_333_334
        let admitted = (0..<1000).count { bucket.admits(at: noon + .nanoseconds(period * $0)) }
        #expect(admitted == 1000)
    }

    @Test func `goes on at another rate from what it holds`() {
        var bucket = TokenBucket(Quota(ratePerSecond: 1, burst: 10), at: noon)
        let before = (0..<6).count { _ in bucket.admits(at: noon) }
        bucket.change(to: Quota(ratePerSecond: 4, burst: 20), at: noon + .seconds(1))
        let after = (0..<20).count { _ in bucket.admits(at: noon + .seconds(2)) }
        #expect(before == 6)
        #expect(after == 9)
    }

    @Test func `is not filled by a clock that goes back`() {
        var bucket = TokenBucket(Quota(ratePerSecond: 1, burst: 1), at: noon)
        let admitted = [0, -10, 0, 1].map { bucket.admits(at: noon + .seconds($0)) }
        #expect(admitted == [true, false, false, true])
    }

    @Test func `lets everything through at rate 0`() {
        var bucket = TokenBucket(.unlimited, at: noon)
        let admitted = (0..<10_000).count { _ in bucket.admits(at: noon) }
        #expect(admitted == 10_000)
    }
}
