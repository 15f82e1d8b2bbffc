package import TransferCore

/// What the calls of a process share, whichever service they go to.
package struct ClientSurroundings: Sendable {
    let transport: CurlTransport
    let userAgent: UserAgent
    /// The wall clock, for signatures and for the life of credentials.
    let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - version: Baton's, for the `User-Agent`.
    ///   - applicationID: what the operator calls this use of AWS, for the same.
    ///   - now: the wall clock, for signatures and for the life of credentials.
    package init(
        limits: TransportLimits, version: String, applicationID: String? = nil,
        now: @escaping @Sendable () -> Timestamp
    ) {
        transport = CurlTransport(limits: limits)
        userAgent = UserAgent(version: version, applicationID: applicationID)
        self.now = now
    }
}
