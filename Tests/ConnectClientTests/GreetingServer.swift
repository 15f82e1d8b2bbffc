import Glibc
import Synchronization
import TestSupport

/// A server that meets the first bytes of every connection with the same ones, and says no more.
final class GreetingServer: Sendable {
    let port: Int
    private let listener: Int32
    private let connections = Mutex<[Int32]>([])

    init(_ greeting: [UInt8]) throws {
        (listener, port) = try boundSocket()
        guard listen(listener, 64) == 0 else { throw SocketError(number: errno) }
        spawn { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                connections.withLock { $0.append(connection) }
                var chunk = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &chunk, chunk.count, 0)
                _ = send(connection, greeting, greeting.count, Int32(MSG_NOSIGNAL))
            }
            close(listener)
        }
    }

    /// Ends the thread and all connections; to be called once.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        connections.withLock { for connection in $0 { close(connection) } }
    }
}
