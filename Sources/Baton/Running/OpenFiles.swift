import Glibc

/// How many files this process may have open: each call under way has a connection.
enum OpenFiles {
    /// The ledger, its log and locks, the reports, the terminal, credentials, look-ups.
    private static let others = 64

    /// Calls that may be under way at once, up to `wanted`; the soft limit is raised for them as far
    /// as the hard one goes.
    ///
    /// The soft limit is usually 1,024 for the sake of programs that use select(2), which libcurl
    /// here does not (`curl_multi_poll`).
    static func room(forCalls wanted: Int) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return wanted
        }
        let needed = rlim_t(wanted + others)
        if limit.rlim_cur < needed, limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = min(needed, limit.rlim_max)
            if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 {
                limit = raised
            }
        }
        guard limit.rlim_cur < needed else { return wanted }
        return max(1, Int(limit.rlim_cur) - others)
    }
}
