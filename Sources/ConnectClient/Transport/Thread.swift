#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A thread of the system's, joined by its owner.
///
/// Foundation's would bring Foundation in; the cooperative pool's must not block.
// Safe and @unchecked: `handle` is written once, before anyone else can see it.
@safe final class Thread: @unchecked Sendable {
    #if canImport(Darwin)
        private let handle: pthread_t?
    #else
        private let handle: pthread_t
    #endif

    /// Starts a thread that runs `body` once.
    init(_ body: @escaping @Sendable () -> Void) {
        let start = Start(body)
        #if canImport(Darwin)
            var handle: pthread_t?
        #else
            var handle = pthread_t()
        #endif
        // The retain is taken back by the thread, which runs exactly once if it is made.
        let argument = unsafe Unmanaged.passRetained(start).toOpaque()
        let result = unsafe pthread_create(
            &handle, nil,
            { argument in
                #if canImport(Darwin)
                    let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                    start.body()
                #else
                    if let argument = unsafe argument {
                        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                        start.body()
                    }
                #endif
                return nil
            }, argument)
        guard result == 0 else { fatalError("The system refused a thread (error \(result)).") }
        self.handle = handle
    }

    /// Waits for the thread's end; to be called once.
    func join() {
        #if canImport(Darwin)
            if let handle { unsafe pthread_join(handle, nil) }
        #else
            let result = pthread_join(handle, nil)
            precondition(result == 0, "A thread was joined twice.")
        #endif
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
