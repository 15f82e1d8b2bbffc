import Glibc
import Synchronization

/// A server of HTTP/1.1 on a socket of its own, which answers what the test says, byte by byte.
///
/// A thread accepts, another serves each connection; all end with the server.
package final class ScriptedServer: Sendable {
    /// What to do with one request, once it has come whole.
    package enum Step: Sendable {
        case send(String)
        case sendThenClose(String)
        case choose(@Sendable (Received) -> String)
        /// Does what the request asks for.
        case route(@Sendable (Received) -> Step)
        /// Closes the connection without a byte.
        case close
        /// Says nothing until the client hangs up.
        case silence
        /// Sends the head, and then a body without end until the client hangs up.
        case endless(String)
        /// Sends the text byte by byte, one each ten milliseconds, until the client hangs up.
        case drip(String)
    }

    package struct Received: Sendable {
        package var requestLine: String
        /// Names in lower case.
        package var headers: [String: String]
        package var body: String
        /// Which connection it came on, counted from 0.
        package var connection: Int
    }

    private struct State {
        var steps: [Step]
        var received: [Received] = []
        var connections: [Int32] = []
        var hangUps = 0
        var bytesSent = 0
        var isStopping = false
    }

    package let port: Int
    private let listener: Int32
    private let state: Mutex<State>

    /// Answers the requests in order; the last step holds for all that follow.
    package convenience init(_ steps: Step...) throws { try self.init(steps) }

    package init(_ steps: [Step]) throws {
        state = Mutex(State(steps: steps))
        (listener, port) = try boundSocket()
        guard listen(listener, 64) == 0 else { throw SocketError(number: errno) }
        spawn { [self] in accept() }
    }

    /// Ends all connections; without it the threads would keep the server.
    ///
    /// Once only: the listener's number may be another server's by the second time.
    package func stop() {
        let connections: [Int32]? = state.withLock { state in
            guard !state.isStopping else { return nil }
            state.isStopping = true
            return state.connections
        }
        guard let connections else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    package var url: String { "http://127.0.0.1:\(port)" }
    package var received: [Received] { state.withLock { $0.received } }
    /// How many connections were opened so far.
    package var connectionCount: Int { state.withLock { $0.connections.count } }

    /// How many connections their clients closed so far.
    package var hangUpCount: Int { state.withLock { $0.hangUps } }
    /// How many bytes the clients' machine took so far.
    package var bytesSent: Int { state.withLock { $0.bytesSent } }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { break }
            let number: Int? = state.withLock { state in
                guard !state.isStopping else { return nil }
                state.connections.append(connection)
                return state.connections.count - 1
            }
            guard let number else {
                close(connection)
                break
            }
            spawn { [self] in serve(connection, number) }
        }
        close(listener)
    }

    private func serve(_ connection: Int32, _ number: Int) {
        // Shut down, not closed, so that `stop` never meets a number given out anew.
        defer { shutdown(connection, Int32(SHUT_RDWR)) }
        var buffer: [UInt8] = []
        while let request = next(connection, &buffer, number) {
            let step = state.withLock { state in
                state.received.append(request)
                return state.steps.count > 1 ? state.steps.removeFirst() : state.steps[0]
            }
            guard perform(step, for: request, on: connection, &buffer) else { return }
        }
        state.withLock { $0.hangUps += 1 }
    }

    /// False where the connection ends with it.
    private func perform(
        _ step: Step, for request: Received, on connection: Int32, _ buffer: inout [UInt8]
    ) -> Bool {
        switch step {
        case .send(let text): write(text, to: connection)
        case .sendThenClose(let text):
            write(text, to: connection)
            return false
        case .choose(let text): write(text(request), to: connection)
        case .route(let step):
            return perform(step(request), for: request, on: connection, &buffer)
        case .close: return false
        case .silence: while fill(&buffer, from: connection) {}
        case .endless(let head):
            write(head, to: connection)
            let chunk = String(repeating: "x", count: 65536)
            while write(chunk, to: connection) {}
        case .drip(let text):
            for byte in text {
                guard write(String(byte), to: connection), !hungUp(connection) else { return false }
            }
        }
        return true
    }

    /// Waits ten milliseconds for the client to hang up.
    private func hungUp(_ connection: Int32) -> Bool {
        // POLLRDHUP, which Glibc gives to GNU sources alone.
        var descriptor = pollfd(fd: connection, events: 0x2000, revents: 0)
        return poll(&descriptor, 1, 10) > 0
    }

    /// False where the client has hung up.
    @discardableResult
    private func write(_ text: String, to connection: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                Glibc.send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            state.withLock { $0.bytesSent += count }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// Reads from the connection; false at its end.
private func fill(_ buffer: inout [UInt8], from connection: Int32) -> Bool {
    let chunk = [UInt8](unsafeUninitializedCapacity: 8192) { chunk, count in
        count = max(0, recv(connection, chunk.baseAddress, chunk.count, 0))
    }
    buffer += chunk
    return !chunk.isEmpty
}

/// Where the blank line after a head begins; by hand, since ten thousand requests are looked through
/// in a build without optimisation.
private func blankLine(in buffer: [UInt8]) -> Int? {
    buffer.withUnsafeBufferPointer { bytes in
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10 {
                return index - 3
            }
            index += 1
        }
        return nil
    }
}

/// The next whole request; nil where the client hung up.
private func next(
    _ connection: Int32, _ buffer: inout [UInt8], _ number: Int
) -> ScriptedServer.Received? {
    var head = blankLine(in: buffer)
    while head == nil {
        guard fill(&buffer, from: connection) else { return nil }
        head = blankLine(in: buffer)
    }
    guard let head else { return nil }
    var lines = String(decoding: buffer[..<head], as: UTF8.self)
        .split(separator: "\r\n").map(String.init)
    let requestLine = lines.removeFirst()
    var headers: [String: String] = [:]
    for line in lines {
        let pair = line.split(separator: ":", maxSplits: 1).map(String.init)
        headers[pair[0].lowercased()] = pair.count > 1 ? String(pair[1].dropFirst()) : ""
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    let (start, end) = (head + 4, head + 4 + length)
    while buffer.count < end {
        guard fill(&buffer, from: connection) else { return nil }
    }
    let body = String(decoding: buffer[start..<end], as: UTF8.self)
    buffer.removeFirst(end)
    return ScriptedServer.Received(
        requestLine: requestLine, headers: headers, body: body, connection: number)
}
