import Glibc

/// A port on which nobody listens and nobody else can.
package final class UnservedPort: Sendable {
    package let number: Int
    private let socket: Int32

    package init() throws { (socket, number) = try boundSocket() }

    deinit { close(socket) }
}

package struct SocketError: Error {
    package let number: Int32

    package init(number: Int32) { self.number = number }
}

/// A socket on a port of 127.0.0.1 that the system chose.
package func boundSocket() throws -> (socket: Int32, port: Int) {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var port: UInt16 = 0
    let result = onThisMachine(&port) { address, size in
        bind(socket, address, size) + getsockname(socket, address, &size)
    }
    guard result == 0 else { throw SocketError(number: errno) }
    return (socket, Int(port))
}

/// A socket that is connected to a port of 127.0.0.1.
package func connectedSocket(toPort port: Int) throws -> Int32 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var port = UInt16(port)
    guard onThisMachine(&port, { connect(socket, $0, $1) }) == 0 else {
        throw SocketError(number: errno)
    }
    return socket
}

/// Calls `body` with the address of a port of 127.0.0.1; what it makes of the port is given back.
private func onThisMachine(
    _ port: inout UInt16,
    _ body: (_ address: UnsafeMutablePointer<sockaddr>, _ size: inout socklen_t) -> Int32
) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = port.bigEndian
    defer { port = UInt16(bigEndian: address.sin_port) }
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
    }
}

/// Runs the body on a thread of its own, which nobody waits for.
package func spawn(_ body: @escaping @Sendable () -> Void) {
    final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, Unmanaged.passRetained(Start(body)).toOpaque())
    pthread_detach(thread)
}
