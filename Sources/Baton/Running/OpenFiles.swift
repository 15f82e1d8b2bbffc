import Glibc

/// How many files this process may have open: each call under way has a connection, and where the
/// system's own libraries get no file they end the process without a word.
enum OpenFiles {
    /// What is open without a call: streams, the ledger and the files beside it, queues of events,
    /// reports. Measured: 21 are just enough, below that runs ended by SIGILL.
    private static let least = 32
    /// What may be open beside a run's calls: look-ups and what gives credentials too.
    private static let others = 64

    /// Opens streams that this process was started without (`2>&-`), so that no file and no
    /// connection gets their numbers, and with them what is said. To write to them fails, as it did.
    static func fillStreams() {
        var descriptor: Int32
        repeat {
            descriptor = open("/dev/null", O_RDONLY)
        } while (0...STDERR_FILENO).contains(descriptor)
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    /// Makes room for what any command opens.
    static func check() throws(OpenFilesError) {
        let filesMax = raised(to: least)
        guard filesMax >= least else { throw OpenFilesError(filesMax: filesMax, wanted: least) }
    }

    /// Calls that may be under way at once, up to `wanted`.
    static func room(forCalls wanted: Int) -> Int {
        max(1, min(wanted, raised(to: wanted + others) - others))
    }

    /// Raises the soft limit as far as the hard one goes; returns what it is then.
    ///
    /// The soft limit is usually 1,024 for the sake of programs that use select(2), which libcurl
    /// here does not (`SocketWatch`).
    private static func raised(to wanted: Int) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return wanted
        }
        if limit.rlim_cur < rlim_t(wanted), limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
            if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 {
                limit = raised
            }
        }
        return Int(clamping: limit.rlim_cur)
    }
}

/// That this process may not open as many files as it needs.
struct OpenFilesError: Error {
    var filesMax: Int
    var wanted: Int

    var sentence: String {
        "This process may open only \(filesMax) files, and needs \(wanted). Raise its limit "
            + "(`ulimit -n \(wanted)`), then run the same command again."
    }
}
