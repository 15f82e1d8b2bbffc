import Glibc
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix

/// A local Amazon Connect, and the services round it that its clients need: HTTP at 127.0.0.1, with
/// the services' rules, quotas and failures.
package final class Simulator: Sendable {
    package let options: SimulatorOptions
    /// What it starts with; calls do not change it.
    package let world: World
    private let responder: Responder
    /// Nil serves http.
    private let identity: ServerIdentity?
    private let failures: AsyncThrowingStream<Never, any Error>

    /// Makes a simulator in its first state; ``run(onListening:)`` serves it.
    ///
    /// Under TLS the CA file is written here, so that it stands before anybody can connect.
    ///
    /// - Throws: ``SimulatorError`` where the effects file cannot be opened, or a certificate be
    ///   made or written.
    package init(
        _ options: SimulatorOptions, clock: SimulatorClock = .system
    ) throws(SimulatorError) {
        self.options = options
        world = World(options.world)
        if let tls = options.tls {
            let identity = try ServerIdentity(tls.certificate, at: clock.now())
            try identity.writeAuthority(toFile: tls.authorityFile)
            self.identity = identity
        } else {
            identity = nil
        }
        // The certificates are by the machine's clock, all else by the simulator's.
        let clock = clock.ahead(by: options.clockSkew)
        let effects: EffectsLog?
        if let path = options.effectsFile {
            effects = try EffectsLog(path: path)
        } else {
            effects = nil
        }
        var kept: (journal: StateJournal, state: ConnectState)?
        if let path = options.stateFile {
            let (journal, state, latest) = try StateJournal.open(
                path: path, world: world, at: clock.now())
            try effects?.catchUp(with: latest)
            kept = (journal, state)
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
        let channel = HTTP1Channel { request, writer, channel in
            let response = try await responder.response(to: request, on: channel)
            try await writer.write(response: response.head, body: response.body)
        }
        if let identity {
            let configuration = try identity.configuration()
            try await run(
                TLSChannel(channel, tlsConfiguration: configuration), onListening: onListening)
        } else {
            try await run(channel, onListening: onListening)
        }
    }

    private func run(
        _ channel: some ServerChildChannel, onListening: @escaping @Sendable (Int) -> Void
    ) async throws {
        let server = Server(
            childChannelSetup: CarefulChannel(channel),
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

    private func serve(_ server: Server<some ServerChildChannel>) async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            let words = unsafe String(cString: strerror(error.errnoCode))
            throw SimulatorError(
                doing: .listening, subject: "127.0.0.1:\(options.port)", cause: words)
        }
    }
}
