#if DEBUG
    import FoundationEssentials
    import Glibc
    import Synchronization
#endif

/// A write on a job's way, round which a test kills the process to see what the next one makes of it.
///
/// `BATON_FAILPOINT=after-claim:3` ends a debug build with SIGKILL once its third claim is
/// committed; without `:3` it is the first. A release build knows nothing of it.
package enum Failpoint: String, Sendable, CaseIterable {
    case jobBegun = "job-begun"
    case rowsStored = "rows-stored"
    case jobDescribed = "job-described"
    case jobSealed = "job-sealed"
    case routesResolved = "routes-resolved"
    case resolutionEnded = "resolution-ended"
    case runBegun = "run-begun"
    case claim
    case outcomes
    case runEnded = "run-ended"
    case findings
    case reportWritten = "report-written"
    case reportPublished = "report-published"
    case reportNoted = "report-noted"

    /// When the process is killed.
    package enum Moment: String, Sendable, CaseIterable {
        /// With nothing written.
        case before
        /// With all written, and none of it committed.
        case within
        /// With all committed, and nobody told.
        case after
    }

    /// Ends the process here where the environment says so.
    package func pass(_ moment: Moment) {
        #if DEBUG
            Self.order?.meet("\(moment.rawValue)-\(rawValue)")
        #endif
    }
}

#if DEBUG
    extension Failpoint {
        private static let order = Order(
            ProcessInfo.processInfo.environment["BATON_FAILPOINT"] ?? "")

        /// Where the process is to be killed, and how often it has been there.
        private final class Order: Sendable {
            private let place: Substring
            private let count: Int
            private let met = Mutex(0)

            init?(_ text: String) {
                let parts = text.split(separator: ":")
                guard let place = parts.first else { return nil }
                self.place = place
                count = parts.count > 1 ? Int(parts[1]) ?? 1 : 1
            }

            func meet(_ place: String) {
                guard place == self.place else { return }
                let isDue = met.withLock { met in
                    met += 1
                    return met == count
                }
                if isDue { kill(getpid(), SIGKILL) }
            }
        }
    }
#endif
