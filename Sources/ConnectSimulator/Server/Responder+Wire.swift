import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOSSL

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// The wire: what a request looks like, and what AWS's answers look like.
extension Responder {
    private static let requestIDField = HTTPField.Name("x-amzn-RequestId")
    private static let errorTypeField = HTTPField.Name("x-amzn-ErrorType")

    /// The whole body; nil where it is too long.
    static func body(of request: Request) async throws -> [UInt8]? {
        do {
            let buffer = try await request.body.collect(upTo: bodyBytesMax)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            return nil
        }
    }

    /// An answer as AWS's front door dresses it.
    func response(
        _ reply: Reply, requestID: SimulatedID, to request: Request, on channel: any Channel
    ) -> Response {
        var headers = headers(for: request)
        if let name = Self.requestIDField { headers[name] = requestID.text }
        if let exception = reply.exception, let name = Self.errorTypeField {
            // The long form, which clients must cut at the colon: AWS sends both.
            headers[name] =
                "\(exception.rawValue):http://internal.amazon.com/coral/com.amazonaws.connect/"
        }
        if reply.delivery == .short { headers[.contentLength] = "\(reply.body.count / 2)" }
        return Response(
            status: .init(code: reply.status), headers: headers,
            body: body(reply, for: request, on: channel))
    }

    private func body(_ reply: Reply, for request: Request, on channel: any Channel) -> ResponseBody
    {
        let bytes = reply.body
        switch reply.delivery {
        case .slow(let time):
            return ResponseBody(contentLength: bytes.count) { writer in
                for byte in bytes {
                    try await Task.sleep(for: time / bytes.count)
                    try await writer.write(ByteBuffer(bytes: [byte]))
                }
                try await writer.finish(nil)
            }
        case .cut:
            return ResponseBody(contentLength: bytes.count) { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
                try await closeAtOnce(channel)
                throw ConnectionClosed()
            }
        case .whole, .short: return body(bytes, for: request)
        }
    }

    /// An answer of a service round Connect.
    func response(_ answer: ServiceAnswer, to request: Request) -> Response {
        var headers = headers(for: request)
        headers[.contentType] = answer.contentType
        for header in answer.headers {
            if let name = HTTPField.Name(header.name) { headers[name] = header.value }
        }
        return Response(
            status: .init(code: answer.status), headers: headers,
            body: body(answer.body, for: request))
    }

    /// A body, or what stands for it where only the headers were asked for (RFC 9110, 9.3.2).
    private func body(_ bytes: [UInt8], for request: Request) -> ResponseBody {
        guard request.method == .head else {
            return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        }
        return ResponseBody(contentLength: bytes.count) { try await $0.finish(nil) }
    }

    /// The headers of every answer.
    func headers(for request: Request) -> HTTPFields {
        [
            .contentType: "application/json",
            .date: HTTPDate.text(clock.now()),
            .connection: request.headers[.connection] == "close" ? "close" : "keep-alive",
        ]
    }

    /// Closes a connection with a TCP reset, as a crashed server or a cut line does.
    ///
    /// - Returns: what to throw at Hummingbird, so that it leaves the closed connection alone.
    static func reset(_ channel: any Channel) async throws -> some Error {
        // A linger of 0 seconds makes close(2) send RST and drop what was not sent (socket(7)).
        if let socket = channel as? any SocketOptionProvider {
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await closeAtOnce(channel)
        return ConnectionClosed()
    }
}

/// Closes a connection without the farewell of TLS: that would wait for the peer's.
private func closeAtOnce(_ channel: any Channel) async throws {
    try await channel.eventLoop.submit {
        let closed = channel.eventLoop.makePromise(of: Void.self)
        if let tls = try? channel.pipeline.syncOperations.context(
            handlerType: NIOSSLServerHandler.self)
        {
            // From here on towards the socket, past the handler of TLS.
            tls.close(mode: .all, promise: closed)
        } else {
            channel.close(mode: .all, promise: closed)
        }
        return closed.futureResult
    }.flatMap { $0 }.get()
}

private struct ConnectionClosed: Error {}

extension Call {
    /// Takes a request as it stood on the wire.
    init(_ head: HTTPRequest, body: [UInt8]) {
        self.init(method: head.method.rawValue, target: head.path ?? "/", body: body)
        // HTTPTypes keeps `Host` apart from the other fields, and it is always signed.
        if let host = head.authority { headers.append(("host", host)) }
        headers += head.headerFields.map { ($0.name.canonicalName, $0.value) }
    }
}
