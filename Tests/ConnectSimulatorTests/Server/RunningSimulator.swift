import ConnectSimulator

/// Runs a simulator on a port of the system's choice for as long as `body` runs.
func withSimulator(
    _ options: SimulatorOptions, clock: SimulatorClock = SimulatorClock { noon },
    _ body: (Simulator, Int) async throws -> Void
) async throws {
    let simulator = try Simulator(options, clock: clock)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { port.finish() }
            try await simulator.run { port.yield($0) }
        }
        var iterator = ports.makeAsyncIterator()
        if let port = await iterator.next() { try await body(simulator, port) }
        group.cancelAll()
        // A cancelled simulator ends by returning; the test hangs here where it does not end.
        try await group.waitForAll()
    }
}

/// A small world without quotas.
func unlimited(_ adjust: (inout SimulatorOptions) -> Void = { _ in }) -> SimulatorOptions {
    var options = SimulatorOptions(world: smallWorld().options)
    for name in OperationName.allCases { options.quotas[name] = .unlimited }
    adjust(&options)
    return options
}
