import Glibc
import Synchronization
import TestSupport

/// Carries bytes between clients and a server, until the wire is cut.
final class Relay: Sendable {
    /// How the wire ends.
    enum Cut: Sendable {
        /// Whoever connects anew is hung up on with the first bytes.
        case hangingUp
        /// Nobody can connect anew.
        case refusing
    }

    private struct State {
        var cut: Cut?
        var connections: [Int32] = []
        var clients = 0
    }

    let port: Int
    private let server: Int
    private let listener: Int32
    private let state = Mutex(State())

    init(toPort server: Int) throws {
        self.server = server
        (listener, port) = try boundSocket()
        guard listen(listener, 64) == 0 else { throw SocketError(number: errno) }
        spawn { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 { carry(client) }
        }
    }

    /// How many connections clients opened so far.
    var clientCount: Int { state.withLock { $0.clients } }

    /// From now on what a client sends is taken in, and its connection ended.
    func cut(_ cut: Cut) {
        state.withLock { $0.cut = cut }
        if cut == .refusing { shutdown(listener, Int32(SHUT_RDWR)) }
    }

    func stop() {
        cut(.refusing)
        for connection in state.withLock(\.connections) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func carry(_ client: Int32) {
        let isWhole = state.withLock { state in
            state.clients += 1
            state.connections.append(client)
            return state.cut == nil
        }
        guard isWhole, let server = try? connectedSocket(toPort: server) else {
            var byte: UInt8 = 0
            _ = recv(client, &byte, 1, 0)
            shutdown(client, Int32(SHUT_RDWR))
            return
        }
        state.withLock { $0.connections.append(server) }
        spawn { [self] in
            carry(from: client, to: server) { self.state.withLock { $0.cut == nil } }
        }
        spawn { [self] in carry(from: server, to: client) { true } }
    }

    private func carry(from source: Int32, to sink: Int32, while isWhole: () -> Bool) {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while case let count = recv(source, &bytes, bytes.count, 0), count > 0, isWhole() {
            var sent = 0
            while sent < count {
                let more = bytes[sent..<count].withUnsafeBytes {
                    send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard more > 0 else { break }
                sent += more
            }
        }
        // Shut down, not closed, so that `stop` never meets a number given out anew.
        for end in [source, sink] { shutdown(end, Int32(SHUT_RDWR)) }
    }
}
