import Synchronization

/// Sends HTTP requests through libcurl, over connections that are kept and used again.
///
/// One thread of its own drives all transfers (the multi interface), so that no thread of the
/// cooperative pool ever waits for the network. The thread ends with the transport.
package final class CurlTransport: Sendable {
    /// The proxy for all requests that are not direct.
    let proxy: ProxySettings
    private let loop: CurlLoop
    private let thread: Thread

    package init(limits: TransportLimits = TransportLimits()) {
        let loop = CurlLoop(limits: limits)
        self.loop = loop
        proxy = limits.proxy
        thread = Thread { loop.run() }
    }

    /// Ends the thread.
    ///
    /// No transfer is under way here, since `send` holds the transport: the wait is for one turn of
    /// the loop.
    deinit {
        loop.stop()
        thread.join()
    }

    /// Sends a request and gives the answer, whatever its status; one call, one attempt.
    ///
    /// Where a kept connection proves dead before one byte of an answer came, libcurl sends the
    /// request again on a new one: to the service that is one call, for its client token is one.
    /// Cancelling the task abandons the transfer at once.
    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let transfer = CurlTransfer(request)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.start(transfer, continuation)
            }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try result.get()
    }
}
