import CCurl
import Synchronization

/// The thread's side of the transport: libcurl's multi handle and the transfers on it.
// Safe and @unchecked: `multi` is made in `init` and freed in `deinit`; between them only the thread
// in `run` uses it, `sockets` and `idle`, but for `sockets.wake`, which is for any thread.
@safe final class CurlLoop: @unchecked Sendable {
    typealias Continuation = CheckedContinuation<Result<HTTPResponse, TransportFailure>, Never>

    /// What other threads hand in.
    private struct Inbox {
        var started: [(CurlTransfer, Continuation)] = []
        var hasCancelled = false
        var isStopping = false
        /// The thread looks in only when it is woken.
        var isAsleep = false
        var isEmpty: Bool { started.isEmpty && !hasCancelled && !isStopping }
    }

    /// A transfer on the multi handle; known by its handle's address.
    private struct Running {
        var transfer: CurlTransfer
        var handle: CurlHandle
        var continuation: Continuation
    }

    /// Some 20 KB each.
    private static let idleMax = 64

    private let multi: UnsafeMutableRawPointer
    private let sockets = SocketWatch()
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
        // Unretained: `multi` does not outlive this object, whose property it is.
        let watch = unsafe Unmanaged.passUnretained(sockets).toOpaque()
        _ = unsafe baton_multi_set_watch(multi, hearOfSocket, watch)
        let connections = limits.connectionsMax
        _ = unsafe baton_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
        _ = unsafe baton_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
    }

    deinit { unsafe curl_multi_cleanup(multi) }

    // MARK: From any thread

    /// Puts a transfer on; the continuation is resumed exactly once, by the thread.
    func start(_ transfer: CurlTransfer, _ continuation: Continuation) {
        tell { $0.started.append((transfer, continuation)) }
    }

    /// Abandons a transfer, whether it was started yet or not.
    func cancel(_ transfer: CurlTransfer) {
        transfer.cancel()
        tell { $0.hasCancelled = true }
    }

    /// Ends `run`, after what it is doing.
    func stop() { tell { $0.isStopping = true } }

    /// Puts something into the inbox; who is first there after the thread fell asleep wakes it.
    private func tell(_ news: (inout sending Inbox) -> Void) {
        let wasAsleep = inbox.withLock { inbox in
            news(&inbox)
            defer { inbox.isAsleep = false }
            return inbox.isAsleep
        }
        if wasAsleep { sockets.wake() }
    }

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
            drive()
            endFinished(in: &running)
        }
    }

    /// Waits until something happens, and has libcurl do what is to be done then.
    private func drive() {
        let mayWait = inbox.withLock { inbox in
            inbox.isAsleep = inbox.isEmpty
            return inbox.isAsleep
        }
        for ready in sockets.ready(within: mayWait ? millisecondsToTimer : 0) {
            act(on: ready.socket, ready.events)
        }
        // A transfer that was just begun is due at once.
        if millisecondsToTimer == 0 { act(on: CURL_SOCKET_TIMEOUT, 0) }
    }

    private func act(on socket: curl_socket_t, _ events: Int32) {
        var stillRunning: Int32 = 0
        _ = unsafe curl_multi_socket_action(multi, socket, events, &stillRunning)
    }

    /// Until libcurl's next timer is due; -1 where there is none.
    private var millisecondsToTimer: Int {
        var milliseconds = -1
        _ = unsafe curl_multi_timeout(multi, &milliseconds)
        return milliseconds
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
        guard let handle = idle.popLast() ?? CurlHandle(limits: limits, sockets: sockets),
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

/// libcurl's callback: `context` is the ``SocketWatch``; the socket is whose transfer it may be.
private func hearOfSocket(
    _: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32,
    _ context: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return -1 }
    unsafe Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue()
        .wants(what, of: socket)
    return 0
}
