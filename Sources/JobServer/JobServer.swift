import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
package import TransferLedger

/// Shows a ledger's jobs over HTTP; changes nothing, and cannot.
package final class JobServer: Sendable {
    private let options: ServerOptions
    private let live: LiveJobs
    private let responder: RouterResponder<ServedContext>

    private static let logger = Logger(label: "baton.serve") { _ in SwiftLogNoOpLogHandler() }

    /// Makes a server of a ledger; ``run(until:onListening:)`` serves it.
    package init(_ options: ServerOptions, ledger: LedgerView) {
        let desk = JobDesk(ledger: ledger, viewer: options.viewer, now: options.now)
        self.options = options
        live = LiveJobs(desk)
        responder = Routes(options, desk: desk, live: live).responder
    }

    /// Serves until `stop` returns, and then ends open streams and returns; may be called once.
    ///
    /// - Parameter onListening: is given the port, once connections are taken.
    /// - Throws: ``ServerError`` where the port is taken or the certificate cannot be used.
    package func run(
        until stop: @escaping @Sendable () async -> Void,
        onListening: @escaping @Sendable (Int) -> Void
    ) async throws {
        let responder = responder
        let channel = HTTP1Channel(
            responder: { request, writer, channel in
                let context = ServedContext(
                    source: ApplicationRequestContextSource(
                        channel: channel, logger: Self.logger))
                let response = try await responder.respond(to: request, context: context)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [StalledAnswers()],
                idleTimeout: .seconds(Int64(ServerOptions.idleSeconds)),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: ServerOptions.headerBytesMax,
                    maxHeaderListSize: ServerOptions.headersBytesMax,
                    maxHeaderFieldCount: ServerOptions.headersMax)))
        if let tls = options.tls {
            let secure = try TLSChannel(channel, tlsConfiguration: Self.configuration(tls))
            try await run(secure, until: stop, onListening: onListening)
        } else {
            try await run(channel, until: stop, onListening: onListening)
        }
    }

    private func run(
        _ channel: some ServerChildChannel, until stop: @escaping @Sendable () async -> Void,
        onListening: @escaping @Sendable (Int) -> Void
    ) async throws {
        let server = Server(
            childChannelSetup: channel,
            configuration: ServerConfiguration(
                address: .hostname(options.host, port: options.port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    ServerOptions.connectionsMax, logger: Self.logger)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Self.logger)
        let live = live
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.serve(server) }
            group.addTask { try await live.follow() }
            group.addTask {
                await stop()
                live.end()
                try await Self.shutDown(server)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func serve(_ server: Server<some ServerChildChannel>) async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            let words = unsafe String(cString: strerror(error.errnoCode))
            throw ServerError(.listening, "\(options.host):\(options.port)", cause: words)
        } catch let error as NIOConnectionError {
            throw ServerError(.listening, "\(options.host):\(options.port)", cause: "\(error)")
        }
    }

    /// Lets answers end that are under way, but not for long: a download may take for ever.
    private static func shutDown(_ server: Server<some ServerChildChannel>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.shutdownGracefully() }
            group.addTask { try await Task.sleep(for: ServerOptions.grace) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func configuration(
        _ files: ServerOptions.Certificate
    ) throws(ServerError) -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.file)
            let key = try NIOSSLPrivateKey(file: files.keyFile, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            // That the two belong together is found here, before anybody connects.
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch {
            throw ServerError(.certificate, files.file, cause: "\(error)")
        }
    }
}

/// A request's own: where it came from, and what permits the style and script of its page.
struct ServedContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    let nonce: String

    private static let nonceBytes = 20

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        nonce = (0..<Self.nonceBytes).map { _ in
            // Of one length, so that HEAD tells the length of what GET gets.
            String(UInt8.random(in: 0x10 ... .max), radix: 16)
        }.joined()
    }
}
