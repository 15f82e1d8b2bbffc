import Glibc

/// Why a report could not be written.
package struct ReportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being done to the file.
    package enum Code: String, Sendable {
        case createDirectory, create, write, flush, rename, template
    }

    package var code: Code
    /// The file or folder.
    package var path: String
    /// The system's words; empty where it said nothing.
    package var underlying: String

    init(_ code: Code, _ path: String, underlying: String) {
        self.code = code
        self.path = path
        self.underlying = underlying
    }

    /// Takes the system's words from `errno`: make it directly after the call that failed.
    static func ofSystem(_ code: Code, _ path: String) -> ReportError {
        ReportError(code, path, underlying: String(cString: strerror(errno)))
    }

    /// A sentence for the operator: what failed, on what, what to do now.
    package var description: String {
        "\(what): \(underlying). \(advice)"
    }

    private var what: String {
        switch code {
        case .createDirectory: "The folder \(path) cannot be created"
        case .create: "The report file \(path) cannot be created"
        case .write, .flush: "The report file \(path) cannot be written"
        case .rename: "The report file \(path) cannot be put in its place"
        case .template: "The template \(path) cannot be used"
        }
    }

    private var advice: String {
        switch code {
        case .template: "This is a fault of Baton: report it."
        default:
            "The ledger holds every outcome: check the folder's rights and the free space, "
                + "or name another folder with --reports, then run `baton report`."
        }
    }
}
