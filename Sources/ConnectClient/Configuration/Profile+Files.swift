import FoundationEssentials

extension Profile {
    /// A shared file is a page long; a larger one is something else.
    private static let fileBytesMax = 1 << 20

    /// Reads one of the files; nil where it does not exist.
    ///
    /// - Parameters:
    ///   - variable: says where it is; an empty one, that there is none.
    ///   - name: in `~/.aws`, where the variable is not set.
    static func file(
        _ variable: String, _ name: String, _ environment: [String: String]
    ) throws(ConnectClientError) -> ProfileFile? {
        let home = environment.value("HOME")
        var path = environment[variable].map { expanded($0, environment) } ?? "~/.aws/\(name)"
        if path.hasPrefix("~/") { path = home.map { $0 + path.dropFirst() } ?? "" }
        guard !path.isEmpty, FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes: [UInt8]
        do throws(SmallFile.Problem) {
            bytes = try SmallFile.bytes(at: path, max: fileBytesMax)
        } catch {
            switch error {
            case .missing: return nil
            case .tooLarge: throw notText(path, variable)
            case .unreadable:
                throw ConnectClientError(
                    .profileFileUnreadable,
                    "\(path) cannot be read, so that the credentials are not known. Check that it "
                        + "is a file and that this user may read it.")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw notText(path, variable)
        }
        return try ProfileFile(parsing: text, path: path)
    }

    /// The path with the values of `$NAME` and `${NAME}` in it; a name that is not set stays
    /// (Python, os.path.expandvars, which botocore uses).
    private static func expanded(_ path: String, _ environment: [String: String]) -> String {
        var text = ""
        var rest = path[...]
        while let sign = rest.firstIndex(of: "$") {
            text += rest[..<sign]
            rest = rest[rest.index(after: sign)...]
            let isBraced = rest.first == "{" && rest.contains("}")
            let name =
                isBraced
                ? rest.dropFirst().prefix { $0 != "}" }
                : rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" }
            if let value = environment[String(name)] {
                text += value
                rest = rest[name.endIndex...].dropFirst(isBraced ? 1 : 0)
            } else {
                text += "$"
            }
        }
        return text + rest
    }

    private static func notText(_ path: String, _ variable: String) -> ConnectClientError {
        ConnectClientError(
            .profileFileInvalid,
            "\(path) is no UTF-8 text of at most \(fileBytesMax) bytes. Check \(variable).")
    }
}
