import ConnectSimulator
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A connection on which HTTP/1.1 is written by hand, so that every byte of it is the test's.
struct HTTPConnection {
    /// An answer as it stood on the wire.
    struct Answer {
        let status: Int
        /// By lower-case name.
        let headers: [String: String]
        let body: String
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received = ByteBuffer()
    /// The answer to a HEAD has none, whatever length it tells.
    private var expectsBody = true

    /// Opens a connection for as long as `body` runs.
    static func open<Result: Sendable>(
        toPort port: Int, tls: TLSClient? = nil,
        _ body: (inout HTTPConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try tls?.protect(channel)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = HTTPConnection(
                inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&connection)
        }
    }

    /// Sends a call and waits for its answer; nil where the connection is closed without one.
    mutating func exchange(_ call: Call) async throws -> Answer? {
        try await send(call)
        return try await answer()
    }

    /// Sends a call and does not wait.
    mutating func send(_ call: Call) async throws {
        expectsBody = call.method != "HEAD"
        var text = "\(call.method) \(call.target) HTTP/1.1\r\n"
        for header in call.headers { text += "\(header.name): \(header.value)\r\n" }
        text += "Content-Length: \(call.body.count)\r\n\r\n"
        var buffer = ByteBuffer(string: text)
        buffer.writeBytes(call.body)
        try await outbound.write(buffer)
    }

    /// Reads an answer whose length is declared; throws ``ResetByPeer`` where the connection is reset.
    mutating func answer() async throws -> Answer? {
        while true {
            if let answer = takeAnswer() { return answer }
            guard var more = try await read() else { return nil }
            received.writeBuffer(&more)
        }
    }

    private mutating func read() async throws -> ByteBuffer? {
        do {
            return try await inbound.next(isolation: #isolation)
        } catch let error as IOError where error.errnoCode == ECONNRESET {
            throw ResetByPeer()
        }
    }

    private mutating func takeAnswer() -> Answer? {
        let text = String(buffer: received)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            headers[line[..<colon].lowercased()] = String(line[colon...].dropFirst(2))
        }
        let headLength = text[..<end.upperBound].utf8.count
        guard let told = headers["content-length"].flatMap(Int.init),
            case let length = expectsBody ? told : 0, received.readableBytes >= headLength + length,
            let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        received.moveReaderIndex(forwardBy: headLength)
        let body = received.readString(length: length) ?? ""
        return Answer(status: status, headers: headers, body: body)
    }
}

/// How a test trusts a server of https.
struct TLSClient: Sendable {
    var configuration: TLSConfiguration
    /// The name to look for in the certificate; nil looks for the address.
    var host: String?

    /// Puts TLS between a connection and its socket.
    func protect(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(
            try NIOSSLClientHandler(
                context: try NIOSSLContext(configuration: configuration), serverHostname: host))
    }
}

/// The connection was reset (RST), rather than closed in order.
struct ResetByPeer: Error {}
