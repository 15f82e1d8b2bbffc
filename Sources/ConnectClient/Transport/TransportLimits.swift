/// What the transport waits for and takes in at most.
package struct TransportLimits: Hashable, Sendable {
    /// From the name to the end of the TLS handshake.
    package var connectTimeout: Duration = .seconds(5)
    /// The whole call; a transfer that takes longer is looked at again by the run.
    package var totalTimeout: Duration = .seconds(30)
    /// Of any answer; each request has a bound of its own below it.
    package var bodyBytesMax = 16 << 20
    package var headerBytesMax = 64 << 10
    /// Connections open at once; further calls wait for one, with their time running: no fewer than
    /// the calls that a run may have under way (`--concurrency`).
    package var connectionsMax = 4096
    /// A connection idle for longer is not used again: the service may be closing it just then.
    package var idleSecondsMax = 15
    /// A file of PEM certificates to trust instead of the system's.
    package var caBundle: String?
    package var proxy = ProxySettings()

    package init() {}
}
