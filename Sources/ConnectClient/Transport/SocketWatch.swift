import CCurl

#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Waits for libcurl's sockets (epoll), and to be woken.
///
/// `curl_multi_poll`, and `curl_multi_perform` with it, look at every connection for every answer: with
/// 64 at once that was 3 of the 73 µs of CPU that a row costs, and 9 % of the rows a second.
// Safe: the two descriptors are made in `init` and closed in `deinit`; all else is the loop's
// thread's alone, but for `wake`, which only writes to one of them.
@safe final class SocketWatch {
    /// What became ready.
    struct Ready {
        let socket: curl_socket_t
        /// `CURL_CSELECT_…`; 0 leaves it to libcurl to look.
        let events: Int32
    }

    /// One socket, as libcurl and the kernel know it.
    private struct Socket {
        /// What libcurl waits for; 0 for nothing.
        var wanted: UInt32 = 0
        /// What the kernel watches for; 0 where it does not know the socket.
        var watched: UInt32 = 0
        /// That it is closed will be heard here.
        var isOfConnection = false
    }

    /// Taken at once; what is ready beyond them comes with the next wait.
    private static let readyMax = 64

    private let epoll: Int32
    private let waker: Int32
    /// By their numbers, which the system keeps small.
    private var sockets: [Socket] = []
    private let events: UnsafeMutablePointer<epoll_event>

    init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        waker = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard epoll >= 0, waker >= 0 else {
            fatalError("The system refused to open what waits for connections (error \(errno)).")
        }
        unsafe events = .allocate(capacity: Self.readyMax)
        unsafe events.initialize(repeating: epoll_event(), count: Self.readyMax)
        // By its edge: each write is told once, and nothing has to be read.
        tell(EPOLL_CTL_ADD, waker, EPOLLIN.rawValue | EPOLLET.rawValue)
    }

    deinit {
        close(waker)
        close(epoll)
        unsafe events.deallocate()
    }

    /// Ends a wait, this one or the next; from any thread.
    func wake() { _ = eventfd_write(waker, 1) }

    /// Waits until something is ready, and gives what is libcurl's of it.
    ///
    /// - Parameter milliseconds: at the most; -1 for ever.
    func ready(within milliseconds: Int) -> [Ready] {
        let count = unsafe epoll_wait(
            epoll, events, Int32(Self.readyMax), Int32(clamping: milliseconds))
        var ready: [Ready] = []
        for index in 0..<max(0, Int(count)) {
            let number = unsafe events[index].data.fd
            guard number != waker else { continue }
            if sockets[Int(number)].wanted == 0 {
                // The service hung up on a connection that waits for its next call: libcurl will see
                // for itself before it uses it.
                watch(number, for: 0)
            } else {
                ready.append(
                    Ready(socket: number, events: unsafe Self.selected(events[index].events)))
            }
        }
        return ready
    }

    // MARK: What libcurl says

    /// Hears of the socket of a new connection.
    func opened(_ number: curl_socket_t) {
        register(number)
        sockets[Int(number)] = Socket(isOfConnection: true)
    }

    /// Closes the socket of a connection, whereby the kernel forgets it; the result is that of
    /// close(2).
    func closed(_ number: curl_socket_t) -> Int32 {
        register(number)
        sockets[Int(number)] = Socket()
        return close(number)
    }

    /// Hears what libcurl waits for, a `CURL_POLL_…`.
    ///
    /// Between two calls over a kept connection libcurl wants nothing of it: the kernel is not told,
    /// which saves two system calls for each call. Other sockets, such as those on which the end of a
    /// look-up of a name is heard, are closed unheard, and their numbers soon stand for others.
    func wants(_ what: Int32, of number: curl_socket_t) {
        register(number)
        let wanted = Self.events(what)
        sockets[Int(number)].wanted = wanted
        if wanted != 0 || !sockets[Int(number)].isOfConnection { watch(number, for: wanted) }
    }

    private func register(_ number: curl_socket_t) {
        let missing = Int(number) + 1 - sockets.count
        if missing > 0 { sockets += Array(repeating: Socket(), count: missing) }
    }

    // MARK: What the kernel is told

    private func watch(_ number: curl_socket_t, for events: UInt32) {
        let watched = sockets[Int(number)].watched
        guard events != watched else { return }
        sockets[Int(number)].watched = events
        if events == 0 {
            tell(EPOLL_CTL_DEL, number, 0)
        } else {
            tell(watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, number, events)
        }
    }

    private func tell(_ operation: Int32, _ number: Int32, _ events: UInt32) {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(fd: number))
        // What fails here fails for want of memory: the call then ends with its time.
        _ = unsafe epoll_ctl(epoll, operation, number, &event)
    }

    private static func events(_ what: Int32) -> UInt32 {
        switch what {
        case CURL_POLL_IN: EPOLLIN.rawValue
        case CURL_POLL_OUT: EPOLLOUT.rawValue
        case CURL_POLL_INOUT: EPOLLIN.rawValue | EPOLLOUT.rawValue
        default: 0
        }
    }

    /// Of a fault libcurl finds out itself: told of one it would not read what came before.
    private static func selected(_ events: UInt32) -> Int32 {
        guard events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) == 0 else { return 0 }
        return (events & EPOLLIN.rawValue == 0 ? 0 : CURL_CSELECT_IN)
            | (events & EPOLLOUT.rawValue == 0 ? 0 : CURL_CSELECT_OUT)
    }
}
