import Glibc

/// The files that this process may open: each call under way has a connection, and where the system's
/// own libraries get no file they end the process without a word.
enum OpenFiles {
    /// What is open beside calls: streams, the ledger and the files beside it, queues of events,
    /// reports. Measured: 21 are just enough, below that runs ended by SIGILL.
    private static let ownMax = 32

    /// Opens streams that this process was started without (`2>&-`), so that no file and no connection
    /// gets their numbers, and with them what is said. To write to them fails, as it did.
    static func fillStreams() {
        var descriptor: Int32
        repeat {
            descriptor = open("/dev/null", O_RDONLY)
        } while (0...STDERR_FILENO).contains(
            descriptor)
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    /// Makes room for calls at once, raising this process's own limit where the system lets it.
    static func makeRoom(forCalls calls: Int) throws(OpenFilesError) {
        let wanted = rlim_t(ownMax + calls)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
            limit.rlim_cur < wanted
        else { return }
        let before = limit.rlim_cur
        limit.rlim_cur = min(wanted, limit.rlim_max)
        guard limit.rlim_cur == wanted,
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        else {
            let callsMax = Int(max(before, limit.rlim_max)) - ownMax
            throw OpenFilesError(
                filesMax: Int(max(before, limit.rlim_max)), wanted: Int(wanted),
                concurrency: calls > 0 && callsMax > 0 ? callsMax : nil)
        }
    }
}

/// That this process may not open as many files as it needs.
struct OpenFilesError: Error {
    var filesMax: Int
    var wanted: Int
    /// Calls at once for which there is room; nil where there is none for any.
    var concurrency: Int?

    var sentence: String {
        let other = concurrency.map { " or give --concurrency \($0)" } ?? ""
        return "This process may open only \(filesMax) files, and needs \(wanted). Raise its limit "
            + "(`ulimit -n \(wanted)`)\(other), then run the same command again."
    }
}
