package import TransferCore

/// What the calls of a process share, whichever service they go to.
package struct ClientSurroundings: Sendable {
    let transport: CurlTransport
    let userAgent: String
    /// The wall clock, for signatures and for the life of credentials.
    let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - version: Baton's, for the `User-Agent`.
    ///   - now: the wall clock, for signatures and for the life of credentials.
    package init(
        limits: TransportLimits, version: String, now: @escaping @Sendable () -> Timestamp
    ) {
        transport = CurlTransport(limits: limits)
        userAgent = "baton/\(version) lang/swift api/connect"
        self.now = now
    }
}
