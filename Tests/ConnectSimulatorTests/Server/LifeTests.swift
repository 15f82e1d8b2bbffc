import ConnectSimulator
import FoundationEssentials
import Testing

/// What a running simulator does besides answering.
struct LifeTests {
    let world = smallWorld()

    private var transfer: Call {
        get throws { Call.transfer(world.parameters(try world.goodRow, token: "t")).signed() }
    }

    /// A path in the temporary folder that nobody else has.
    private func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appending(path: "baton-\(UUID()).jsonl").path
    }

    @Test(arguments: [Fault.resetBeforeEffect, .resetAfterEffect])
    func `resets the connection and keeps its count`(fault: Fault) async throws {
        let options = unlimited { $0.faults = FaultPlan(rates: [fault: 1]) }
        try await withSimulator(options) { simulator, port in
            await #expect(throws: ResetByPeer.self) {
                _ = try await HTTPConnection.open(toPort: port) {
                    try await $0.exchange(try transfer)
                }
            }
            #expect(simulator.statistics.transfers == (fault == .resetAfterEffect ? 1 : 0))
        }
    }

    @Test func `answers others while one call hangs, and ends without waiting for it`() async throws
    {
        let options = unlimited {
            $0.faults = FaultPlan(rates: [.hang: 1], hang: .seconds(86_400))
        }
        try await withSimulator(options) { _, port in
            try await HTTPConnection.open(toPort: port) { hanging in
                try await hanging.send(try transfer)
                try await HTTPConnection.open(toPort: port) { other in
                    // The effect is made before the call hangs: wait until it is counted.
                    var body = ""
                    while !body.contains("\"transfers\":1") {
                        let answer = try await other.exchange(.get("/simulator/stats"))
                        body = try #require(answer).body
                    }
                    #expect(body.contains("\"hang\":1"))
                }
            }
        }
    }

    @Test func `hangs up on a client that keeps its connection, and ends`() async throws {
        let simulator = try Simulator(unlimited(), clock: SimulatorClock { noon })
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.run { listening.yield($0) } }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let call = try transfer
            try await HTTPConnection.open(toPort: port) { connection in
                let first = try await connection.exchange(call)
                #expect(first?.status == 200)
                group.cancelAll()
                let next = try await connection.answer()
                #expect(next?.status == nil)
            }
            try await group.waitForAll()
        }
    }

    @Test func `writes a line for each effect, before the answer`() async throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let row = try world.goodRow
        try await withSimulator(unlimited { $0.effectsFile = path }) { _, port in
            try await HTTPConnection.open(toPort: port) { connection in
                let answer = try #require(try await connection.exchange(try transfer))
                let lines = try String(contentsOfFile: path, encoding: .utf8)
                    .split(separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count == 2)
                #expect(lines[0].contains("\"contactId\":\"\(row.contact)\""))
                #expect(lines[0].contains("\"clientToken\":\"t\""))
                #expect(lines[0].contains("\"time\":1795348800"))
                let newContact = try #require(lines[0].split(separator: "\"newContactId\":\"").last)
                #expect(answer.body.contains(newContact.prefix(36)))
                // Repeated, it has no effect; refused, neither.
                _ = try await connection.exchange(try transfer)
                _ = try await connection.exchange(Call.get("/contacts/i/c").signed())
                let again = try String(contentsOfFile: path, encoding: .utf8)
                #expect(again.count { $0 == "\n" } == 1)
            }
        }
    }

    @Test func `makes one contact of many calls at once with one token`() async throws {
        let call = try transfer
        try await withSimulator(unlimited()) { simulator, port in
            let bodies = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await HTTPConnection.open(toPort: port) {
                            try await $0.exchange(call)?.body
                        }
                    }
                }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(bodies.count == 1)
            #expect(simulator.statistics.transfers == 1)
            #expect(simulator.statistics.repeats == 15)
        }
    }

    @Test func `stops where an effect cannot be recorded`() async throws {
        // Linux's device that is always full.
        let options = unlimited { $0.effectsFile = "/dev/full" }
        let simulator = try Simulator(options, clock: SimulatorClock { noon })
        let call = try transfer
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var iterator = ports.makeAsyncIterator()
                guard let port = await iterator.next() else { return }
                // The same call again and again: it is in the state, and nobody may be told so.
                await withTaskGroup(of: Int?.self) { calls in
                    for _ in 0..<16 {
                        calls.addTask {
                            try? await HTTPConnection.open(toPort: port) {
                                try await $0.exchange(call)?.status
                            }
                        }
                    }
                    for await status in calls { #expect(status == nil) }
                }
            }
            let error = await #expect(throws: SimulatorError.self) {
                try await simulator.run { listening.yield($0) }
            }
            #expect(error?.activity == .writingEffects)
        }
    }

    @Test func `says which file it cannot open and which port it cannot have`() async throws {
        let error = #expect(throws: SimulatorError.self) {
            try Simulator(unlimited { $0.effectsFile = "/nowhere/at/all.jsonl" })
        }
        #expect(error?.description.contains("/nowhere/at/all.jsonl") == true)
        try await withSimulator(unlimited()) { _, port in
            let second = try Simulator(unlimited { $0.port = port })
            let error = await #expect(throws: SimulatorError.self) {
                try await second.run { _ in }
            }
            #expect(error?.activity == .listening)
        }
    }
}
