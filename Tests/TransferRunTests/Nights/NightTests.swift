import Foundation
import Synchronization
import Testing

/// Each seed is a night: a job with its own faults, crashes, stops and resumes.
///
/// `make nights` runs many of them and prints what they were made of; `swift test` runs a few.
struct NightTests {
    private static let seeds: Range<UInt64> = {
        let first = number("NIGHT_SEED") ?? 0
        return first..<first + (number("NIGHTS") ?? 300)
    }()
    /// Each is one test case; the cases run beside each other.
    private static let shares: [Range<UInt64>] = stride(
        from: seeds.lowerBound, to: seeds.upperBound, by: 250
    ).map { $0..<min($0 + 250, seeds.upperBound) }
    private static let sum = Mutex((figures: NightFigures(), sharesDone: 0))

    @Test(arguments: shares)
    func `no row is lost, doubled or told wrongly, whatever the nights bring`(
        share: Range<UInt64>
    ) async {
        var figures = NightFigures()
        for seed in share {
            var night = Night(seed: seed, tellsStory: Self.seeds.count == 1)
            night.run()
            for line in night.story { print("nights | \(line)") }
            figures.add(night.figures)
            let replay = "NIGHT_SEED=\(seed) NIGHTS=1 make nights"
            #expect(night.problems.isEmpty, "seed \(seed); to replay it: \(replay)")
            if !night.problems.isEmpty {
                print(
                    "nights | seed \(seed) broke a rule: \(night.problems); to replay it: \(replay)"
                )
            }
            // Tests that wait for real clocks share these threads.
            await Task.yield()
        }
        report(figures)
    }

    /// Prints the sum of all shares after the last one.
    private func report(_ figures: NightFigures) {
        let sum = Self.sum.withLock { sum in
            sum.figures.add(figures)
            sum.sharesDone += 1
            return sum.sharesDone == Self.shares.count ? sum.figures : nil
        }
        guard Self.number("NIGHTS") != nil else { return }
        for line in sum?.lines ?? [] { print("nights | \(line)") }
    }

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }
}
