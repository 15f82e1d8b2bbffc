import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// A local Amazon Connect: HTTP at 127.0.0.1, with the service's rules, quotas and failures.
package final class Simulator: Sendable {
    package let options: SimulatorOptions
    /// What it starts with; calls do not change it.
    package let world: World
    private let responder: Responder
    private let failures: AsyncThrowingStream<Never, any Error>

    /// Makes a simulator in its first state; ``run(onListening:)`` serves it.
    ///
    /// - Throws: ``SimulatorError`` where the effects file cannot be opened.
    package init(
        _ options: SimulatorOptions, clock: SimulatorClock = .system
    ) throws(SimulatorError) {
        self.options = options
        world = World(options.world)
        let effects: EffectsLog?
        if let path = options.effectsFile {
            effects = try EffectsLog(path: path)
        } else {
            effects = nil
        }
        var kept: (journal: StateJournal, state: ConnectState)?
        if let path = options.stateFile {
            kept = try StateJournal.open(path: path, world: world, at: clock.now())
        }
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: Never.self)
        failures = stream
        responder = Responder(
            options, world: world, clock: clock, effects: effects, kept: kept
        ) { failure in
            continuation.finish(throwing: failure)
        }
    }

    /// What was counted so far.
    package var statistics: Statistics { responder.statistics }

    /// Serves until the task is cancelled, and then returns; may be called once.
    ///
    /// - Parameter onListening: is given the port, once connections are taken.
    /// - Throws: ``SimulatorError`` where the port is taken, or an effect could not be recorded.
    package func run(onListening: @escaping @Sendable (Int) -> Void) async throws {
        let responder = responder
        let server = Server(
            childChannelSetup: HTTP1Channel { request, writer, channel in
                let response = try await responder.response(to: request, on: channel)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: ServerConfiguration(
                address: .hostname("127.0.0.1", port: options.port)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "baton.simulator") { _ in SwiftLogNoOpLogHandler() })

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.serve(server) }
            group.addTask { for try await _ in self.failures {} }
            // Whichever ends first ends the other: a failure the server, a cancellation both.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func serve(_ server: Server<HTTP1Channel>) async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            throw SimulatorError(
                doing: .listening, subject: "127.0.0.1:\(options.port)", cause: "\(error)")
        }
    }
}
