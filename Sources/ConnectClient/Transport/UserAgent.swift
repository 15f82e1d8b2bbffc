#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How Baton names itself, in the form of AWS's SDKs (botocore, useragent.py, `ua/2.1`) and under
/// its own name.
///
/// `m/` is left out: it lists features of AWS's SDKs, and Baton is none.
struct UserAgent: Sendable {
    /// Baton and its version.
    private let product: String
    /// The system, the machine and the language.
    private let platform: String
    /// `app/…`; empty where nobody said.
    private let application: String

    /// More is cut ("Application ID", AWS SDKs and Tools Reference Guide).
    private static let applicationCharactersMax = 50

    init(version: String, applicationID: String?) {
        product = "baton/\(Self.sanitized(version)) ua/2.1"
        platform = Self.system + " lang/swift"
        application =
            applicationID.map { id in
                " app/" + Self.sanitized(String(id.prefix(Self.applicationCharactersMax)))
            } ?? ""
    }

    func text(calling service: AWSService) -> String {
        "\(product) \(platform) api/\(service.settingsName)\(application)"
    }

    /// For what is no service: the metadata of this machine.
    var text: String { "\(product) \(platform)\(application)" }

    /// `os/linux#6.1.0 md/arch#x86_64`.
    private static let system: String = {
        #if os(Linux)
            let family = "linux"
        #elseif os(macOS)
            let family = "macos"
        #else
            let family = "other"
        #endif
        var names = utsname()
        guard unsafe uname(&names) == 0 else { return "os/\(family)" }
        let release = text(&names.release)
        let machine = text(&names.machine)
        return "os/\(family)#\(sanitized(release)) md/arch#\(sanitized(machine))"
    }()

    /// The text of an array of C: it ends with a zero byte.
    private static func text<Bytes>(_ bytes: inout Bytes) -> String {
        unsafe withUnsafeBytes(of: &bytes) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// The text with `-` for each sign that has no place there.
    private static func sanitized(_ text: String) -> String {
        let allowed = "!#$%&'*+-.^_`|~,"
        return String(
            text.map {
                $0.isASCII && ($0.isLetter || $0.isNumber || allowed.contains($0)) ? $0 : "-"
            })
    }
}
