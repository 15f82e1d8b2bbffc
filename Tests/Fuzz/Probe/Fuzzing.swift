import Glibc

#if FUZZING
    import Synchronization

    private let wanted = Mutex(Wanted())

    /// In a struct: a bare closure in a Mutex is wrapped once more by each withLock.
    private struct Wanted {
        var check: Check = { _ in }
    }

    /// Hands the process over to libFuzzer, which never comes back.
    func fuzz(_ check: @escaping Check) {
        wanted.withLock { $0.check = check }
        // Without the word that named the check.
        var count = CommandLine.argc - 2
        var arguments = CommandLine.unsafeArgv + 2
        _ = runDriver(&count, &arguments) { start, count in
            let bytes = Array(UnsafeBufferPointer(start: start, count: count))
            do {
                try wanted.withLock { $0 }.check(bytes)
            } catch {
                print("A promise is broken: \(error)")
                fflush(nil)
                abort()
            }
            return 0
        }
        exit(0)
    }

    /// The driver in libclang_rt.fuzzer_no_main: libFuzzer without a `main` of its own.
    @_silgen_name("LLVMFuzzerRunDriver")
    private func runDriver(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt
#else
    func fuzz(_ check: Check) {
        print("This build has no libFuzzer; `make fuzz` makes one that has.")
        exit(64)
    }
#endif
