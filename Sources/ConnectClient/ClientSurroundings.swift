package import TransferCore

/// What the calls of a process share, whichever service they go to.
package struct ClientSurroundings: Sendable {
    let transport: CurlTransport
    let userAgent: UserAgent
    /// The wall clock, for signatures and for the life of credentials.
    let now: @Sendable () -> Timestamp
    let askForCode: AskForCode

    /// Asks the person at the terminal for the six digits that a device shows now; nil where there
    /// is no terminal, or this process is not in its foreground.
    package typealias AskForCode = @Sendable (_ serial: String) async -> String?

    /// - Parameters:
    ///   - version: Baton's, for the `User-Agent`.
    ///   - applicationID: what the operator calls this use of AWS, for the same.
    ///   - now: the wall clock, for signatures and for the life of credentials.
    ///   - askForCode: for roles that want a second factor.
    package init(
        limits: TransportLimits, version: String, applicationID: String? = nil,
        now: @escaping @Sendable () -> Timestamp,
        askForCode: @escaping AskForCode = { _ in nil }
    ) {
        transport = CurlTransport(limits: limits)
        userAgent = UserAgent(version: version, applicationID: applicationID)
        self.now = now
        self.askForCode = askForCode
    }
}
