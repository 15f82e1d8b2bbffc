import CCurl
import Synchronization

/// The thread's side of the transport: libcurl's multi handle and the transfers on it.
// Safe and @unchecked: `multi` is made in `init` and freed in `deinit`; between them only the thread
// in `run` uses it and `idle`, but for curl_multi_wakeup, which libcurl documents as callable from
// any thread.
@safe final class CurlLoop: @unchecked Sendable {
    typealias Continuation = CheckedContinuation<Result<HTTPResponse, TransportFailure>, Never>

    /// What other threads hand in.
    private struct Inbox {
        var started: [(CurlTransfer, Continuation)] = []
        var hasCancelled = false
        var isStopping = false
    }

    /// A transfer on the multi handle; known by its handle's address.
    private struct Running {
        var transfer: CurlTransfer
        var handle: CurlHandle
        var continuation: Continuation
    }

    /// libcurl keeps its own timers; this only bounds a wait in which nothing is due.
    private static let waitMillisecondsMax: Int32 = 10_000
    /// Some 20 KB each.
    private static let idleMax = 64

    private let multi: UnsafeMutableRawPointer
    private let limits: TransportLimits
    private let inbox = Mutex(Inbox())
    /// Handles that wait for a transfer; the thread's alone.
    private var idle: [CurlHandle] = []

    /// libcurl's own set-up, which must come first and happen once.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(limits: TransportLimits) {
        guard Self.isReady, let multi = unsafe curl_multi_init() else {
            fatalError("libcurl could not be set up: memory is spent.")
        }
        unsafe self.multi = multi
        self.limits = limits
        let connections = limits.connectionsMax
        _ = unsafe baton_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
        _ = unsafe baton_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
    }

    deinit { unsafe curl_multi_cleanup(multi) }

    // MARK: From any thread

    /// Puts a transfer on; the continuation is resumed exactly once, by the thread.
    func start(_ transfer: CurlTransfer, _ continuation: Continuation) {
        let isFirst = inbox.withLock { inbox in
            inbox.started.append((transfer, continuation))
            return inbox.started.count == 1
        }
        // Who put the first in wakes the thread; it takes in all that came until it looks.
        if isFirst { wakeUp() }
    }

    /// Abandons a transfer, whether it was started yet or not.
    func cancel(_ transfer: CurlTransfer) {
        transfer.cancel()
        inbox.withLock { $0.hasCancelled = true }
        wakeUp()
    }

    /// Ends `run`, after what it is doing.
    func stop() {
        inbox.withLock { $0.isStopping = true }
        wakeUp()
    }

    private func wakeUp() { _ = unsafe curl_multi_wakeup(multi) }

    // MARK: The thread

    /// Drives all transfers until ``stop()``.
    func run() {
        var running: [Int: Running] = [:]
        while true {
            let news = inbox.withLock { inbox in
                defer { inbox = Inbox(isStopping: inbox.isStopping) }
                return inbox
            }
            for (transfer, continuation) in news.started {
                begin(transfer, continuation, in: &running)
            }
            if news.hasCancelled { endCancelled(in: &running, all: false) }
            if news.isStopping {
                endCancelled(in: &running, all: true)
                return
            }
            var stillRunning: Int32 = 0
            _ = unsafe curl_multi_perform(multi, &stillRunning)
            endFinished(in: &running)
            _ = unsafe curl_multi_poll(multi, nil, 0, Self.waitMillisecondsMax, nil)
        }
    }

    private func begin(
        _ transfer: CurlTransfer, _ continuation: Continuation,
        in running: inout [Int: Running]
    ) {
        // Cancelled before it was started: that flag in the inbox may be long read.
        guard !transfer.isCancelled else {
            let failure = TransportFailure(
                kind: .cancelled, detail: "the call was cancelled", mayHaveArrived: false)
            return continuation.resume(returning: .failure(failure))
        }
        guard let handle = idle.popLast() ?? CurlHandle(limits: limits),
            handle.begin(transfer.request),
            unsafe curl_multi_add_handle(multi, handle.easy) == CURLM_OK
        else {
            let failure = TransportFailure(
                kind: .unreachable, detail: "libcurl would not take the request",
                mayHaveArrived: false)
            return continuation.resume(returning: .failure(failure))
        }
        running[handle.address] = Running(
            transfer: transfer, handle: handle, continuation: continuation)
    }

    private func endFinished(in running: inout [Int: Running]) {
        // Resumed one after another at the end: between them the pool's threads would fall asleep and
        // have to be woken for each.
        var answers: [(Continuation, Result<HTTPResponse, TransportFailure>)] = []
        defer { for (continuation, result) in answers { continuation.resume(returning: result) } }
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE,
                let easy = unsafe message.pointee.easy_handle
            else { continue }
            // Read before the handle is removed: the message dies with it.
            let code = unsafe message.pointee.data.result
            if let ended = running.removeValue(forKey: Int(bitPattern: easy)) {
                _ = unsafe curl_multi_remove_handle(multi, easy)
                answers.append((ended.continuation, ended.handle.result(code)))
                keep(ended.handle, wasAnswered: code == CURLE_OK)
            }
        }
    }

    private func endCancelled(in running: inout [Int: Running], all: Bool) {
        for (address, ended) in running where all || ended.transfer.isCancelled {
            running[address] = nil
            _ = unsafe curl_multi_remove_handle(multi, ended.handle.easy)
            ended.continuation.resume(returning: .failure(ended.handle.cancelled))
            keep(ended.handle, wasAnswered: false)
        }
    }

    /// Clears a handle for the next transfer.
    private func keep(_ handle: CurlHandle, wasAnswered: Bool) {
        guard idle.count < Self.idleMax else { return }
        handle.clear(wasAnswered: wasAnswered)
        idle.append(handle)
    }
}
