package import TransferCore

/// What the calls of a process share, whichever service they go to.
package struct ClientSurroundings: Sendable {
    let transport: CurlTransport
    let userAgent: UserAgent
    let clock: ServiceClock
    let askForCode: AskForCode

    /// Asks the person at the terminal for the six digits that a device shows now; nil where there
    /// is no terminal, or this process is not in its foreground.
    package typealias AskForCode = @Sendable (_ serial: String) async -> String?

    /// - Parameters:
    ///   - version: Baton's, for the `User-Agent`.
    ///   - applicationID: what the operator calls this use of AWS, for the same.
    ///   - now: this machine's wall clock; where a service refuses its time, the service's is
    ///     gone by, for signatures and for the life of credentials.
    ///   - askForCode: for roles that want a second factor.
    package init(
        limits: TransportLimits, version: String, applicationID: String? = nil,
        now: @escaping @Sendable () -> Timestamp,
        askForCode: @escaping AskForCode = { _ in nil }
    ) {
        transport = CurlTransport(limits: limits)
        userAgent = UserAgent(version: version, applicationID: applicationID)
        clock = ServiceClock(local: now)
        self.askForCode = askForCode
    }
    /// The wall clock as the services have it.
    var now: @Sendable () -> Timestamp { { [clock] in clock.now } }
}
