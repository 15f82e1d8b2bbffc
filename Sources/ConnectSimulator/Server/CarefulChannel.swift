import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Serves connections as another does, and closes those that it takes and never serves.
///
/// A server that goes down lets go of what it has taken just then, and over a connection that was
/// let go of NIO ends the process ("Deinited NIOAsyncWriter without calling finish()").
struct CarefulChannel<Base: ServerChildChannel>: ServerChildChannel {
    private let base: Base

    init(_ base: Base) { self.base = base }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        base.setup(channel: channel, logger: logger).map { value in
            Connection(value) { await base.handle(value: value, logger: logger) }
        }
    }

    func handle(value connection: Connection, logger: Logger) async {
        guard connection.take() else { return }
        await base.handle(value: connection.value, logger: logger)
    }

    /// A connection that was taken, and is served or closed.
    final class Connection: ServerChildChannelValue {
        fileprivate let value: Base.Value
        private let finish: @Sendable () async -> Void
        private let isServed = Mutex(false)

        var channel: any Channel { value.channel }

        fileprivate init(_ value: Base.Value, finish: @escaping @Sendable () async -> Void) {
            self.value = value
            self.finish = finish
        }

        deinit {
            guard !isServed.withLock({ $0 }) else { return }
            // To serve a connection that is closed is to see its end, and to let go of it in order.
            value.channel.close(promise: nil)
            Task { [finish] in await finish() }
        }

        /// True for the one who may serve it.
        fileprivate func take() -> Bool {
            isServed.withLock { isServed in
                defer { isServed = true }
                return !isServed
            }
        }
    }
}
