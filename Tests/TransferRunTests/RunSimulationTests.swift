import Testing

/// Each seed is a job with its own faults, crashes, stops and resumes; a failure names its seed.
struct RunSimulationTests {
    private static let seedsInShare = 75

    @Test(arguments: 0..<4)
    func `no row is lost, doubled or told wrongly, whatever the nights bring`(share: Int) async {
        for seed in (share * Self.seedsInShare)..<((share + 1) * Self.seedsInShare) {
            var simulation = RunSimulation(seed: UInt64(seed))
            simulation.run()
            #expect(simulation.problems.isEmpty, "seed \(seed)")
            // Tests that wait for real clocks share these threads.
            await Task.yield()
        }
    }
}
